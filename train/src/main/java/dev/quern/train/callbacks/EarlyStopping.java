package dev.quern.train.callbacks;

import dev.quern.core.SpecException;
import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends training when a number has not got better for some epochs, as in Keras.
 *
 * <pre>
 * Fit.epochs(50).validationSplit(0.1)
 *     .callbacks(EarlyStopping.on(Monitor.VAL_LOSS).patience(3).restoreBestWeights())
 * </pre>
 */
public final class EarlyStopping implements Callback {
  private final Monitor monitor;
  private final int patience;
  private final double minDelta;
  private final boolean restore;
  private final Map<String, float[]> bestWeights = new LinkedHashMap<>();
  private @Nullable Model model;
  private double best = Double.NaN;
  private int bestEpoch;
  private int waited;

  private EarlyStopping(Monitor monitor, int patience, double minDelta, boolean restore) {
    if (patience < 0 || !(minDelta >= 0)) {
      throw new SpecException(
          "early stopping: patience and min delta must be at least 0, but are %d and %s"
              .formatted(patience, minDelta));
    }
    this.monitor = monitor;
    this.patience = patience;
    this.minDelta = minDelta;
    this.restore = restore;
  }

  /** Stops after the first epoch in which this number is no better than before. */
  public static EarlyStopping on(Monitor monitor) {
    return new EarlyStopping(monitor, 0, 0, false);
  }

  /**
   * Waits longer.
   *
   * @param epochs epochs without improvement after which training ends, as in Keras; 0 and 1 both
   *     end it after the first
   */
  public EarlyStopping patience(int epochs) {
    return new EarlyStopping(monitor, epochs, minDelta, restore);
  }

  /** Counts only what is better by more than this. */
  public EarlyStopping minDelta(double least) {
    return new EarlyStopping(monitor, patience, least, restore);
  }

  /**
   * Gives the model the weights of the best epoch back when training ends, whatever ends it; the
   * optimizer goes on from where it is, as in Keras.
   */
  public EarlyStopping restoreBestWeights() {
    return new EarlyStopping(monitor, patience, minDelta, true);
  }

  /** Number of the best epoch; 0 before there is one. */
  public int bestEpoch() {
    return bestEpoch;
  }

  /** The number in the best epoch; NaN before there is one. */
  public double best() {
    return best;
  }

  @Override
  public void trainingBegins(Model trained, Fit settings) {
    monitor.require("early stopping", trained, settings);
    model = trained;
    best = Double.NaN;
    bestEpoch = 0;
    waited = 0;
    bestWeights.clear();
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    if (model == null || model.epochsTrained() < epoch) {
      return; // half an epoch proves nothing
    }
    double value = monitor.of(result);
    if (monitor.isBetter(value, best, minDelta)) {
      best = value;
      bestEpoch = epoch;
      waited = 0;
      if (restore) {
        for (String name : model.weightNames()) {
          bestWeights.put(name, model.weight(name));
        }
      }
    } else if (++waited >= patience) {
      model.requestStop(
          String.format(
              Locale.ROOT,
              "%s has not been better than %.4f, of epoch %d, for %d epochs",
              monitor.key(),
              best,
              bestEpoch,
              waited));
    }
  }

  @Override
  public void trainingEnds(History history) {
    if (model != null) {
      bestWeights.forEach(model::setWeight);
    }
    bestWeights.clear();
    model = null;
  }
}
