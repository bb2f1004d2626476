package dev.quern.train.callbacks;

import dev.quern.core.SpecException;
import dev.quern.train.Evaluation;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import java.util.Locale;

/** A number of an epoch that tells whether training gets on. */
public enum Monitor {
  /** Mean loss over the training rows; smaller is better. */
  LOSS(true, false),
  /** Share of training rows answered right; larger is better. */
  ACCURACY(false, false),
  /** Mean loss on the validation data; smaller is better. */
  VAL_LOSS(true, true),
  /** Share of validation rows answered right; larger is better. */
  VAL_ACCURACY(false, true);

  private final boolean isLoss;
  private final boolean ofValidation;

  Monitor(boolean isLoss, boolean ofValidation) {
    this.isLoss = isLoss;
    this.ofValidation = ofValidation;
  }

  /** What Keras calls it, for example {@code val_loss}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The number; NaN if the epoch has none. */
  public double of(History.Epoch epoch) {
    if (!ofValidation) {
      return isLoss ? epoch.loss() : epoch.accuracy();
    }
    Evaluation validation = epoch.validation();
    if (validation == null) {
      return Double.NaN;
    }
    return isLoss ? validation.loss() : validation.accuracy();
  }

  /** Whether a number is better than another by more than {@code least}; NaN is worse than all. */
  public boolean isBetter(double value, double than, double least) {
    if (Double.isNaN(value) || Double.isNaN(than)) {
      return !Double.isNaN(value);
    }
    return isLoss ? value < than - least : value > than + least;
  }

  /**
   * Refuses a training that never has this number.
   *
   * @param who wants it
   * @throws SpecException if it needs validation and there is none, or an accuracy that the loss
   *     has not
   */
  void require(String who, Model model, Fit settings) {
    if (!isLoss && !model.loss().hasAccuracy()) {
      throw new SpecException(
          "%s: %s needs right answers to count, but %s has none; monitor %s"
              .formatted(who, key(), model.loss(), (ofValidation ? VAL_LOSS : LOSS).key()));
    }
    if (ofValidation && !settings.validates()) {
      throw new SpecException(
          "%s: %s needs validation data; give Fit.validation or Fit.validationSplit, or monitor %s"
              .formatted(who, key(), isLoss ? LOSS.key() : ACCURACY.key()));
    }
  }
}
