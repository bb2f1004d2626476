package dev.quern.train;

import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Split;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of {@link Model#fit}. Defaults: 1 epoch, batch 32, shuffled, no validation, progress
 * every 64 steps.
 *
 * @param epochs passes over the data, 1 or more
 * @param batch rows of a step, 1 or more; a last partial batch counts for what it has
 * @param shuffle whether rows come in a new order each epoch, drawn from the model's seed
 * @param validation data to evaluate on after each epoch, or null
 * @param validationSplit share of the rows, the last ones, to evaluate on instead; 0 for none
 * @param progressSteps steps between two reports to callbacks, 1 or more
 * @param callbacks hear how it goes, in this order
 */
public record Fit(
    int epochs,
    int batch,
    boolean shuffle,
    @Nullable DataSet validation,
    double validationSplit,
    int progressSteps,
    List<Callback> callbacks) {

  /**
   * Checks the settings.
   *
   * @throws SpecException if a number is out of range
   */
  public Fit {
    requirePositive("epochs", epochs);
    requirePositive("batch", batch);
    requirePositive("progressSteps", progressSteps);
    if (!(validationSplit >= 0 && validationSplit < 1)) {
      throw new SpecException(
          "fit: validationSplit must be at least 0 and less than 1, but is " + validationSplit);
    }
    callbacks = List.copyOf(callbacks);
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new SpecException("fit: " + name + " must be at least 1, but is " + value);
    }
  }

  /** The defaults, with this many epochs. */
  public static Fit epochs(int epochs) {
    return new Fit(epochs, 32, true, null, 0, 64, List.of());
  }

  /** With this many rows a step. */
  public Fit batch(int rows) {
    return new Fit(epochs, rows, shuffle, validation, validationSplit, progressSteps, callbacks);
  }

  /** With rows in the order of the data set, or in a new order each epoch. */
  public Fit shuffle(boolean on) {
    return new Fit(epochs, batch, on, validation, validationSplit, progressSteps, callbacks);
  }

  /** With data to evaluate on after each epoch. */
  public Fit validation(DataSet data) {
    return new Fit(epochs, batch, shuffle, data, 0, progressSteps, callbacks);
  }

  /**
   * With the last rows set aside to evaluate on after each epoch. As in Keras they are the last
   * ones of the data set as it is: rows in order of class want shuffling first.
   *
   * @param share share of the rows, more than 0 and less than 1
   */
  public Fit validationSplit(double share) {
    return new Fit(epochs, batch, shuffle, null, share, progressSteps, callbacks);
  }

  /** With a report to callbacks every so many steps. */
  public Fit progressSteps(int steps) {
    return new Fit(epochs, batch, shuffle, validation, validationSplit, steps, callbacks);
  }

  /** With these callbacks, in place of any before. */
  public Fit callbacks(Callback... hear) {
    return new Fit(
        epochs, batch, shuffle, validation, validationSplit, progressSteps, List.of(hear));
  }

  /** Whether epochs are evaluated. */
  public boolean validates() {
    return validation != null || validationSplit > 0;
  }

  /** What to learn from and what to evaluate on, if the data set is to be split; else null. */
  @Nullable Split split(DataSet data) {
    return validationSplit == 0 ? null : data.split(validationSplit);
  }
}
