package dev.quern.train.callbacks;

import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Ends training as soon as a reported loss is NaN or infinite; {@link History#stopReason} then says
 * so. How soon that is, {@link Fit#progressSteps} decides.
 */
public final class TerminateOnNaN implements Callback {
  private @Nullable Model model;
  private int current;

  private TerminateOnNaN() {}

  /** The callback. */
  public static TerminateOnNaN of() {
    return new TerminateOnNaN();
  }

  @Override
  public void trainingBegins(Model trained, Fit settings) {
    model = trained;
  }

  @Override
  public void epochBegins(int epoch, int epochs, int steps) {
    current = epoch;
  }

  @Override
  public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
    if (!Double.isFinite(loss) && model != null) {
      model.requestStop(
          String.format(
              Locale.ROOT,
              "the loss was %s after step %d of epoch %d; lower the learning rate or clip"
                  + " gradients",
              loss,
              step,
              current));
    }
  }
}
