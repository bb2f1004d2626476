package dev.quern.bench.page;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.Outcome;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Settings;
import dev.quern.bench.result.Summary;
import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import dev.quern.core.DeviceInfo;
import dev.quern.kernels.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/** Runs that nobody measured: real cases, numbers from a seed that look like real ones. */
final class MadeUpRun {
  private static final String REVISION = "5bf74be";

  /** A case: its name, operations and bytes. */
  private record Work(String name, double flops, double bytes) {}

  private final Random random;
  private final double images;
  private final Ceilings ceilings;

  private MadeUpRun(long seed, double images, Ceilings ceilings) {
    random = new Random(seed);
    this.images = images;
    this.ceilings = ceilings;
  }

  /** Two devices of a processor, on a quiet machine. */
  static Run processors() {
    Ceilings ceilings =
        new Ceilings(
            233.0,
            List.of(
                new Ceilings.Level("L1", 65_536, 640),
                new Ceilings.Level("L2", 2_097_152, 310),
                new Ceilings.Level("L3", 33_554_432, 96),
                new Ceilings.Level("memory", Double.POSITIVE_INFINITY, 31)));
    List<Result> own = new MadeUpRun(1, 11_400, ceilings).results("PyTorch", "oneDNN");
    own.add(
        Result.failed(
            "gemm/TTm64n64k64 forward", "element 17 of c is 0.25, and must be 0.5 within 1e-6"));
    own.add(
        new Result(
            "conv2d/mb1ic8ih9oc8oh9kh3ph1:channels-last forward",
            Outcome.ABSENT,
            "this layout is not offered",
            null,
            List.of(),
            Look.UNKNOWN));
    return run(
        new Quiet(
            new Quiet.Change(233.0, 231.5),
            new Quiet.Change(52.1, 51.4),
            0.004,
            new Look(234.0, 24.6, 25.1),
            new Look(231.0, 25.9, 24.9)),
        true,
        device("cpu", DeviceInfo.Kind.CPU, "AMD EPYC 9V74", "AVX-512", ceilings, own),
        device(
            "opencl:0",
            DeviceInfo.Kind.CPU,
            "pthread-AMD EPYC 9V74 80-Core Processor",
            "PoCL 3.1, OpenCL 3.0, LLVM 14.0.6",
            ceilings,
            new MadeUpRun(2, 9_500, ceilings).results("CLBlast")));
  }

  /** A large GPU, disturbed and cut short. */
  static Run graphics() {
    Ceilings ceilings =
        new Ceilings(
            52_400.0,
            List.of(
                new Ceilings.Level("L2", 52_428_800, 8_200),
                new Ceilings.Level("memory", Double.POSITIVE_INFINITY, 4_060)));
    List<Result> results = new MadeUpRun(3, 912_000, ceilings).results("PyTorch");
    results.set(0, results.getFirst().when(new Look(233.0, 25.0, 18.0)));
    return run(
        new Quiet(
            new Quiet.Change(233.0, 190.0),
            Quiet.Change.UNKNOWN,
            0.12,
            new Look(233.0, 25.0, 25.1),
            new Look(233.0, 25.0, 18.0)),
        false,
        device(
            "cuda:0",
            DeviceInfo.Kind.GPU,
            "NVIDIA H200",
            "driver 570.86.15, CUDA 12.8, cuDNN 9.8",
            ceilings,
            results));
  }

  /** One device with problems of many sizes, one of which is much slower than those beside it. */
  static Run growing() {
    List<Result> results = new ArrayList<>();
    for (Problem problem : Suite.growth(DeviceInfo.Kind.CPU, Precision.FP32)) {
      if (problem instanceof Problem.Network network) {
        double nanos = 90e3 * network.batch() + 300e3;
        results.add(
            Result.ok(network.name(), measurement("fit", nanos, 0.01, 0, 0, network.batch())));
      } else if (problem instanceof Problem.Kernel kernel) {
        double flops = kernel.spec().flops(kernel.pass());
        double rate = kernel.name().contains("ih128") ? 120 : 200 + flops % 17;
        results.add(measured(kernel.name(), flops, flops / 50, flops / rate));
      }
    }
    return bare(new Ceilings(233.0, List.of()), results);
  }

  /** Some results on a device with these ceilings, on a machine of which little is known. */
  static Run bare(Ceilings ceilings, List<Result> results) {
    return run(
        new Quiet(Quiet.Change.UNKNOWN, Quiet.Change.UNKNOWN, null, Look.UNKNOWN, Look.UNKNOWN),
        true,
        device("cpu", DeviceInfo.Kind.CPU, "a <processor> & \"more\"", "", ceilings, results));
  }

  /** Measured at this rate, with nobody beside it. */
  static Result measured(String name, double flops, double bytes, double nanos) {
    return Result.ok(name, measurement("ours", nanos, 0.01, flops, bytes, 0));
  }

  static Run run(Quiet quiet, boolean complete, DeviceRun... devices) {
    return new Run(
        "2026-11-21T09:30:12Z",
        1_260,
        complete,
        new Settings("fp32", 1, false, null, true),
        new Machine(
            "AMD EPYC 9V74",
            2,
            2_596.0,
            "Linux 6.8.0",
            "amd64",
            "25.0.1",
            "Eclipse Adoptium",
            List.of("--add-modules=jdk.incubator.vector", "-XX:SharedArchiveFile=quern.jsa"),
            REVISION),
        quiet,
        List.of(devices));
  }

  private static DeviceRun device(
      String id,
      DeviceInfo.Kind kind,
      String name,
      String driver,
      Ceilings ceilings,
      List<Result> results) {
    DeviceInfo info =
        new DeviceInfo(id, id.replaceAll(":.*", ""), kind, name, driver, 8_323_000_000L, null);
    return new DeviceRun(info, ceilings, results);
  }

  private List<Result> results(String... peers) {
    List<Result> results = new ArrayList<>();
    for (Work work : suite()) {
      boolean network = work.flops() == 0 && work.bytes() == 0;
      double nanos = network ? 32 / images * 1e9 * (1 + random.nextDouble() / 5) : nanos(work);
      Measurement measurement =
          measurement(
              network ? "fit" : "avx512:block-6x4",
              nanos,
              random.nextDouble() / 20,
              work.flops(),
              work.bytes(),
              network ? 32 : 0);
      List<PeerResult> beside = new ArrayList<>();
      for (String peer : peers) {
        if (random.nextInt(3) == 0 || network) {
          beside.add(peer(peer, nanos));
        }
      }
      results.add(Result.ok(work.name(), measurement, beside));
    }
    return results;
  }

  private double nanos(Work work) {
    double reached = Math.min(0.97, 0.62 * Math.exp(random.nextGaussian() / 2.2));
    double peak = Objects.requireNonNull(ceilings.gflops());
    double bandwidth = Objects.requireNonNull(ceilings.level(work.bytes())).gigabytes();
    double least = Math.max(work.flops() / peak, work.bytes() / bandwidth);
    return least / reached + 400;
  }

  private PeerResult peer(String name, double nanos) {
    if (random.nextInt(12) == 0) {
      return new PeerResult(
          name, "2.5.1", Outcome.FAILED, "its answer differs from ours by 0.3", null);
    }
    double ratio = Math.exp(0.25 + 0.55 * random.nextGaussian());
    double lower = ratio * 0.94;
    double upper = ratio * 1.07;
    return new PeerResult(
        name,
        "2.5.1",
        Outcome.OK,
        "mkldnn, 2 threads",
        new PeerResult.Figures(nanos, nanos * ratio, ratio, lower, upper, 15));
  }

  private static Measurement measurement(
      String how, double nanos, double spread, double flops, double bytes, double images) {
    Summary wall =
        new Summary(
            nanos, nanos * 0.98, nanos * (1 - spread), nanos * (1 + spread), spread / 2, 40);
    return new Measurement(how, true, null, wall, null, null, null, 8, flops, bytes, images);
  }

  /** What {@code quern bench} measures on a CPU, with what the specs say it takes. */
  private static List<Work> suite() {
    try (InputStream in = MadeUpRun.class.getResourceAsStream("cases.tsv")) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split("\t", -1))
          .map(
              cells ->
                  new Work(cells[0], Double.parseDouble(cells[1]), Double.parseDouble(cells[2])))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
