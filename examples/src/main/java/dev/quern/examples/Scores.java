package dev.quern.examples;

import dev.quern.train.Evaluation;
import dev.quern.train.History;
import java.util.Locale;

/** Losses and accuracies as they are printed; an accuracy that a loss has not is left out. */
final class Scores {
  private Scores() {}

  /** Of an epoch, with its validation if there was one. */
  static String of(History.Epoch epoch) {
    String trained = of("", epoch.loss(), epoch.accuracy());
    Evaluation validation = epoch.validation();
    return validation == null
        ? trained
        : trained + "  " + of("val_", validation.loss(), validation.accuracy());
  }

  /**
   * Of some rows.
   *
   * @param accuracy NaN if there is none
   */
  static String of(double loss, double accuracy) {
    return of("", loss, accuracy);
  }

  private static String of(String prefix, double loss, double accuracy) {
    String text = String.format(Locale.ROOT, "%sloss %.4f", prefix, loss);
    return Double.isNaN(accuracy)
        ? text
        : text + String.format(Locale.ROOT, "  %saccuracy %.4f", prefix, accuracy);
  }
}
