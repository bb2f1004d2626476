package dev.quern.train.callbacks;

import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.Model;
import org.jspecify.annotations.Nullable;

/**
 * Sets the learning rate at the beginning of each epoch, as Keras's LearningRateScheduler does:
 * {@code LearningRateSchedule.of((epoch, rate) -> epoch < 10 ? rate : rate * 0.9)}.
 */
public final class LearningRateSchedule implements Callback {
  private final Rate next;
  private @Nullable Model model;

  /** The rate of an epoch. */
  @FunctionalInterface
  public interface Rate {
    /**
     * Chooses a rate.
     *
     * @param epoch the epoch that begins, from 1
     * @param rate the rate so far
     */
    double of(int epoch, double rate);
  }

  private LearningRateSchedule(Rate next) {
    this.next = next;
  }

  /** A schedule. */
  public static LearningRateSchedule of(Rate next) {
    return new LearningRateSchedule(next);
  }

  @Override
  public void trainingBegins(Model trained, Fit settings) {
    model = trained;
  }

  @Override
  public void epochBegins(int epoch, int epochs, int steps) {
    if (model != null) {
      model.setLearningRate(next.of(epoch, model.learningRate()));
    }
  }
}
