package dev.quern.train;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@link Model#fit} saw, an entry an epoch. */
public final class History {
  private final List<Epoch> epochs = new ArrayList<>();

  History() {}

  /**
   * One epoch.
   *
   * @param loss mean loss over the training rows, each before the step that it took part in
   * @param accuracy share of training rows answered right, likewise
   * @param validation loss and accuracy on the validation data after the epoch, if there is any
   * @param seconds time of training alone
   * @param imagesPerSecond training rows a second
   */
  public record Epoch(
      double loss,
      double accuracy,
      @Nullable Evaluation validation,
      double seconds,
      double imagesPerSecond) {}

  void add(Epoch epoch) {
    epochs.add(epoch);
  }

  /** The epochs in order; the last one may be cut short by {@link Model#requestStop}. */
  public List<Epoch> epochs() {
    return List.copyOf(epochs);
  }
}
