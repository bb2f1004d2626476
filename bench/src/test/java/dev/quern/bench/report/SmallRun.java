package dev.quern.bench.report;

import dev.quern.bench.result.Ceilings;
import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Look;
import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Quiet;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.bench.result.Settings;
import dev.quern.bench.result.Summary;
import dev.quern.core.DeviceInfo;
import java.util.ArrayList;
import java.util.List;

/** Runs of a few made-up cases on one device. */
final class SmallRun {
  private final List<Result> results = new ArrayList<>();
  private String date = "2026-01-02T03:04:05Z";
  private String id = "cpu";
  private String cpu = "A CPU";
  private Quiet quiet =
      new Quiet(
          new Quiet.Change(100.0, 100.0),
          new Quiet.Change(50.0, 50.0),
          0.0,
          new Look(100.0, 25.0, 60.0),
          new Look(99.0, 26.0, 58.0));

  static SmallRun of(Result... results) {
    SmallRun run = new SmallRun();
    run.results.addAll(List.of(results));
    return run;
  }

  SmallRun on(String device) {
    id = device;
    return this;
  }

  SmallRun at(String day) {
    date = day + "T03:04:05Z";
    return this;
  }

  SmallRun beside(String processor) {
    cpu = processor;
    return this;
  }

  SmallRun disturbed() {
    quiet =
        new Quiet(
            new Quiet.Change(100.0, 50.0), Quiet.Change.UNKNOWN, null, Look.UNKNOWN, Look.UNKNOWN);
    return this;
  }

  /** A kernel of 1,000,000 operations on 1,000 bytes; times as given, in nanoseconds. */
  static Result kernel(String name, double... nanos) {
    return Result.ok(name, measured(0, Summary.of(nanos)));
  }

  /** A network that takes in 32 images a run. */
  static Result network(String name, double nanos, PeerResult... peers) {
    return Result.ok(name, measured(32, Summary.of(nanos)), List.of(peers));
  }

  /** A peer that takes so many times as long as our 1000 ns. */
  static PeerResult peer(String name, double ratio) {
    return new PeerResult(
        name,
        "1.0",
        dev.quern.bench.result.Outcome.OK,
        "its \"best\", of course",
        new PeerResult.Figures(1000, 1000 * ratio, ratio, ratio * 0.9, ratio * 1.1, 7));
  }

  private static Measurement measured(double images, Summary wall) {
    double kernel = images > 0 ? 0 : 1;
    return new Measurement(
        "ours", true, null, wall, null, null, null, 1, kernel * 1e6, kernel * 1e3, images);
  }

  Run run() {
    return new Run(
        date,
        1,
        true,
        new Settings("fp32", 1, false, null, true),
        new Machine(cpu, 2, null, "Linux", "amd64", "25", "someone", List.of(), "abc"),
        quiet,
        List.of(
            new DeviceRun(
                new DeviceInfo(id, "cpu", DeviceInfo.Kind.CPU, "A  CPU (R)", "none", 1, null),
                new Ceilings(
                    2000.0, List.of(new Ceilings.Level("memory", Double.POSITIVE_INFINITY, 10))),
                results)));
  }
}
