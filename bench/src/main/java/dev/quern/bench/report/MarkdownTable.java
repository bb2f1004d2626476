package dev.quern.bench.report;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Machine;
import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of README: what people ask for first, on each device of the machine that was measured
 * last, beside the best peer.
 */
public final class MarkdownTable {
  private static final String BEGIN = "<!-- quern bench: begin -->";
  private static final String END = "<!-- quern bench: end -->";

  /** What the rows are, and which case each shows. */
  private static final Map<String, String> ROWS = new LinkedHashMap<>();

  static {
    ROWS.put("training, batch 32", "train-step/mnist-b32");
    ROWS.put("training, batch 128", "train-step/mnist-b128");
    ROWS.put("inference, batch 128", "inference/mnist-b128");
    ROWS.put("matrix product of 512", "gemm/NNm512n512k512 forward");
    ROWS.put("matrix product of 1024", "gemm/NNm1024n1024k1024 forward");
    ROWS.put("first convolution", "conv2d/mb32ic1ih28oc32oh26kh3+BIAS_RELU forward");
    ROWS.put("its filter gradient", "conv2d/mb32ic1ih28oc32oh26kh3+BIAS_RELU backward-filter");
    ROWS.put("second convolution", "conv2d/mb32ic32ih13oc64oh11kh3+BIAS_RELU forward");
    ROWS.put("its data gradient", "conv2d/mb32ic32ih13oc64oh11kh3+BIAS_RELU backward-data");
    ROWS.put("its filter gradient ", "conv2d/mb32ic32ih13oc64oh11kh3+BIAS_RELU backward-filter");
    ROWS.put("ResNet-50's 3x3, 64 channels", "conv2d/mb8ic64ih56oc64oh56kh3ph1 forward");
    ROWS.put("ResNet-50's 1x1, 64 to 256", "conv2d/mb8ic64ih56oc256oh56kh1 forward");
    ROWS.put("max-pooling", "maxpool2d/mb32ic32ih26kh2sh2relu forward");
    ROWS.put("softmax and cross-entropy", "softmax-ce/32x10mean forward");
  }

  private MarkdownTable() {}

  /**
   * What a file is to hold: the table alone; or if there is such a file, that with the table in
   * place of what lies between the two lines that mark it.
   *
   * @throws DataException if it cannot be read, or has no such lines
   */
  public static String into(Path file, List<Run> runs) {
    String table = BEGIN + "\n" + of(runs) + END;
    if (!Files.exists(file)) {
      return table + "\n";
    }
    String text = textWithPlace(file);
    int end = text.indexOf(END) + END.length();
    return text.substring(0, text.indexOf(BEGIN)) + table + text.substring(end);
  }

  /**
   * Finds out before the work, not after it, that a file has no place for the table.
   *
   * @throws DataException if so
   */
  public static void requirePlace(Path file) {
    if (Files.exists(file)) {
      textWithPlace(file);
    }
  }

  private static String textWithPlace(Path file) {
    try {
      String text = Files.readString(file);
      int begin = text.indexOf(BEGIN);
      if (begin < 0 || text.indexOf(END) < begin) {
        throw new DataException(
            "%s has no lines '%s' and '%s' between which the table could go"
                .formatted(file, BEGIN, END));
      }
      return text;
    } catch (IOException e) {
      throw new DataException(file + " cannot be read: " + FileErrors.sentence(e), e);
    }
  }

  static String of(List<Run> all) {
    Machine machine = Collections.max(all, Comparator.comparing(Run::date)).machine();
    List<Run> runs = all.stream().filter(run -> run.machine().isLike(machine)).toList();
    List<DeviceRun> devices = new ArrayList<>();
    runs.forEach(run -> devices.addAll(run.devices()));
    StringBuilder table = new StringBuilder("| " + where(runs));
    devices.forEach(device -> table.append(" | `%s`".formatted(device.device().id())));
    table.append(" | best of the others | it takes |\n|---").append("|---".repeat(devices.size()));
    table.append("|---|---|\n");
    ROWS.forEach(
        (label, name) -> {
          String row = row(label.strip(), name, devices);
          if (row != null) {
            table.append(row);
          }
        });
    return table.toString();
  }

  private static String where(List<Run> runs) {
    Run first = runs.getFirst();
    return "%s, %d processors, %s"
        .formatted(
            first.machine().cpu(), first.machine().processors(), first.date().substring(0, 10));
  }

  private static @Nullable String row(String label, String name, List<DeviceRun> devices) {
    StringBuilder row = new StringBuilder("| ").append(label);
    Optional<Rival> best = Optional.empty();
    boolean known = false;
    for (DeviceRun device : devices) {
      Optional<Result> result =
          device.results().stream().filter(r -> r.name().equals(name)).findFirst();
      Measurement m = result.map(Result::measurement).orElse(null);
      row.append(" | ").append(m == null ? "" : rate(m, m.nanos(), device));
      known |= m != null;
      if (best.isEmpty() && m != null) {
        best = rival(result.get(), m);
      }
    }
    row.append(best.map(Rival::cells).orElse(" | |")).append(" |\n");
    return known ? row.toString() : null;
  }

  /** The fastest peer beside the first device that has any. */
  private record Rival(Measurement own, PeerResult peer, PeerResult.Figures figures) {

    String cells() {
      return String.format(
          Locale.ROOT,
          " | %s: %s | %.2f times as long",
          peer.peer(),
          rate(own, figures.peerNanos(), null),
          figures.ratio());
    }
  }

  private static Optional<Rival> rival(Result result, Measurement own) {
    List<Rival> rivals = new ArrayList<>();
    for (PeerResult peer : result.peers()) {
      if (peer.figures() != null) {
        rivals.add(new Rival(own, peer, peer.figures()));
      }
    }
    return rivals.stream().min(Comparator.comparingDouble(rival -> rival.figures().ratio()));
  }

  private static String rate(Measurement m, double nanos, @Nullable DeviceRun device) {
    if (m.images() > 0) {
      return String.format(Locale.ROOT, "%,.0f images/s", m.images() / nanos * 1e9);
    }
    Double share = device == null ? null : device.ceilings().share(m);
    String of = share == null ? "" : String.format(Locale.ROOT, " (%.0f %%)", 100 * share);
    return m.computes()
        ? String.format(Locale.ROOT, "%.0f GFLOP/s%s", m.flops() / nanos, of)
        : String.format(Locale.ROOT, "%.1f us%s", nanos / 1e3, of);
  }
}
