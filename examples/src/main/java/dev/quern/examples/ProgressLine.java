package dev.quern.examples;

import dev.quern.train.Callback;
import dev.quern.train.History;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * How training goes, on standard error: one line rewritten in place on a terminal, a plain line
 * every tenth of an epoch elsewhere.
 */
final class ProgressLine implements Callback {
  private static final long REDRAW_NANOS = 100_000_000;

  // Control sequences as in ECMA-48 and the VT100's manual. A line that is too long is cut at the
  // edge
  // of the window: if it went on in the next row, it could not be rewritten.
  private static final String CUT = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";
  private static final String CLEAR = "\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final long rows;
  private int epoch;
  private int epochs;
  private int steps;
  private int lastTenth;
  private long lastDrawn;

  /**
   * A progress line.
   *
   * @param out where it goes
   * @param terminal whether lines can be rewritten there
   * @param rows rows of an epoch
   */
  ProgressLine(PrintWriter out, boolean terminal, long rows) {
    this.out = out;
    this.terminal = terminal;
    this.rows = rows;
  }

  @Override
  public void epochBegins(int number, int of, int stepsOfEpoch) {
    epoch = number;
    epochs = of;
    steps = stepsOfEpoch;
    lastTenth = 0;
  }

  @Override
  public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
    long now = System.nanoTime();
    int tenth = (int) (10L * step / steps);
    if (terminal ? now - lastDrawn < REDRAW_NANOS && step < steps : tenth == lastTenth) {
      return;
    }
    lastDrawn = now;
    lastTenth = tenth;
    double left = rows * (1 - (double) step / steps) / Math.max(imagesPerSecond, 1);
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d/%d  step %d/%d  ETA %.0f s  %s  %.0f images/s",
            epoch,
            epochs,
            step,
            steps,
            left,
            Scores.of(loss, accuracy),
            imagesPerSecond);
    out.print(terminal ? CUT + "\r" + line + CLEAR + WRAP : line + System.lineSeparator());
    out.flush();
  }

  @Override
  public void epochEnds(int number, History.Epoch result) {
    if (terminal) {
      out.print("\r" + CLEAR);
      out.flush();
    }
  }
}
