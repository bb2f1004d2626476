package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.History;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressLineTest {
  private static final int STEPS = 1875;
  private static final int ROWS = 60_000;

  private final StringWriter written = new StringWriter();

  @Test
  void elsewhereALineEachTenthOfAnEpochAndNoControlCharacters() {
    train(new ProgressLine(new PrintWriter(written), false, ROWS));
    List<String> lines = written.toString().lines().toList();
    assertThat(lines).hasSize(20);
    assertThat(written.toString()).doesNotContain("\r", "\u001b");
    assertThat(lines.getFirst())
        .isEqualTo(
            "epoch 1/2  step 188/1875  ETA 54 s  loss 0.5000  accuracy 0.7500  1000 images/s");
    assertThat(lines.getLast())
        .isEqualTo(
            "epoch 2/2  step 1875/1875  ETA 0 s  loss 0.5000  accuracy 0.7500  1000 images/s");
  }

  @Test
  void onATerminalOneLineIsRewrittenAndLeavesNothing() {
    train(new ProgressLine(new PrintWriter(written), true, ROWS));
    String all = written.toString();
    assertThat(all).doesNotContain("\n").endsWith("\r\u001b[K");
    assertThat(all).contains("epoch 1/2  step 1875/1875").contains("epoch 2/2  step 1875/1875");
    // Every redraw starts at the left edge, and switches wrapping back on.
    assertThat(count(all, "epoch ")).isEqualTo(count(all, "\r") - 2);
    assertThat(count(all, "\u001b[?7l")).isEqualTo(count(all, "\u001b[?7h"));
  }

  @Test
  void rateOfZeroGivesNoInfinity() {
    ProgressLine line = new ProgressLine(new PrintWriter(written), false, ROWS);
    line.epochBegins(1, 1, 10);
    line.progress(1, 2.3, 0.1, 0);
    assertThat(written.toString()).contains("ETA 54000 s").doesNotContain("Infinity", "NaN");
  }

  private static void train(ProgressLine line) {
    for (int epoch = 1; epoch <= 2; epoch++) {
      line.epochBegins(epoch, 2, STEPS);
      for (int step = 1; step <= STEPS; step++) {
        line.progress(step, 0.5, 0.75, 1000);
      }
      line.epochEnds(epoch, new History.Epoch(0.5, 0.75, null, 1, 1000));
    }
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }
}
