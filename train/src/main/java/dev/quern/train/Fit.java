package dev.quern.train;

import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import org.jspecify.annotations.Nullable;

/**
 * Settings of {@link Model#fit}. Defaults: 1 epoch, batch 32, shuffled, no validation, progress
 * every 64 steps.
 *
 * @param epochs passes over the data, 1 or more
 * @param batch rows of a step, 1 or more; a last partial batch counts for what it has
 * @param shuffle whether rows come in a new order each epoch, drawn from the model's seed
 * @param validation data to evaluate on after each epoch, or null
 * @param progressSteps steps between two reports to the listener, 1 or more
 * @param listener hears how it goes
 */
public record Fit(
    int epochs,
    int batch,
    boolean shuffle,
    @Nullable DataSet validation,
    int progressSteps,
    TrainingListener listener) {

  /**
   * Checks the settings.
   *
   * @throws SpecException if a number is out of range
   */
  public Fit {
    requirePositive("epochs", epochs);
    requirePositive("batch", batch);
    requirePositive("progressSteps", progressSteps);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new SpecException("fit: " + name + " must be at least 1, but is " + value);
    }
  }

  /** The defaults, with this many epochs. */
  public static Fit epochs(int epochs) {
    return new Fit(epochs, 32, true, null, 64, TrainingListener.NONE);
  }

  /** With this many rows a step. */
  public Fit batch(int rows) {
    return new Fit(epochs, rows, shuffle, validation, progressSteps, listener);
  }

  /** With rows in the order of the data set, or in a new order each epoch. */
  public Fit shuffle(boolean on) {
    return new Fit(epochs, batch, on, validation, progressSteps, listener);
  }

  /** With data to evaluate on after each epoch. */
  public Fit validation(DataSet data) {
    return new Fit(epochs, batch, shuffle, data, progressSteps, listener);
  }

  /** With a report to the listener every so many steps. */
  public Fit progressSteps(int steps) {
    return new Fit(epochs, batch, shuffle, validation, steps, listener);
  }

  /** With this listener. */
  public Fit listener(TrainingListener hears) {
    return new Fit(epochs, batch, shuffle, validation, progressSteps, hears);
  }
}
