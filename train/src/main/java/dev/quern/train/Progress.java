package dev.quern.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How far a model has been trained, and whether it is to go on. */
final class Progress {
  private History history;
  private long steps;
  private boolean hasStepped;
  private volatile boolean stopRequested;
  private volatile @Nullable String stopReason;

  /** Nothing yet, with a loss. */
  Progress(Loss loss) {
    history = new History(loss.hasAccuracy(), 1, List.of());
  }

  /** Whole epochs, also before the model was saved and opened. */
  History history() {
    return history;
  }

  long steps() {
    return steps;
  }

  /** Goes on from here. */
  void restore(History epochs, long stepsDone) {
    history = epochs;
    steps = stepsDone;
  }

  /** Counts steps; whether they are the first ones since the model was made or opened. */
  boolean count(int stepsDone) {
    boolean first = !hasStepped;
    hasStepped = true;
    steps += stepsDone;
    return first;
  }

  /** Counts a whole epoch. */
  void count(History.Epoch epoch) {
    history.add(epoch);
  }

  boolean stopRequested() {
    return stopRequested;
  }

  @Nullable String stopReason() {
    return stopReason;
  }

  /** From any thread. */
  void requestStop(@Nullable String why) {
    stopReason = why;
    stopRequested = true;
  }

  void stopDone() {
    stopRequested = false;
    stopReason = null;
  }
}
