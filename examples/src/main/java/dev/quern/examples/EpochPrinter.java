package dev.quern.examples;

import dev.quern.train.Callback;
import dev.quern.train.History;
import java.io.PrintWriter;
import java.util.Locale;

/** Prints progress and epochs, and notes when the first step was done. */
final class EpochPrinter implements Callback {
  private final PrintWriter out;
  private final ProgressLine line;
  private int epochs;
  private double firstStepSeconds;

  EpochPrinter(PrintWriter out, PrintWriter err, long rows) {
    this.out = out;
    // Only the launcher can tell about standard error alone; Java's console is all streams
    // together.
    line = new ProgressLine(err, Boolean.getBoolean("quern.terminal"), rows);
  }

  @Override
  public void epochBegins(int epoch, int of, int steps) {
    epochs = of;
    line.epochBegins(epoch, of, steps);
  }

  @Override
  public void firstStepDone() {
    firstStepSeconds = ProcessClock.secondsSinceStart();
  }

  @Override
  public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
    line.progress(step, loss, accuracy, imagesPerSecond);
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    line.epochEnds(epoch, result);
    out.printf(
        Locale.ROOT,
        "epoch %d/%d  %s  %.1f s  %.0f images/s%n",
        epoch,
        epochs,
        Scores.of(result),
        result.seconds(),
        result.imagesPerSecond());
    out.flush();
  }

  /** Seconds from the start of the process to the end of the first training step. */
  double firstStepSeconds() {
    return firstStepSeconds;
  }
}
