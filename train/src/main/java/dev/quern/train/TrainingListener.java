package dev.quern.train;

/** Hears how training goes, on the thread that trains. Every method may be left out. */
public interface TrainingListener {

  /** Hears nothing. */
  TrainingListener NONE = new TrainingListener() {};

  /**
   * An epoch begins.
   *
   * @param epoch its number, from 1
   * @param epochs how many there will be
   * @param steps steps of an epoch
   */
  default void epochBegins(int epoch, int epochs, int steps) {}

  /** The very first step of all is done: everything is prepared and works. */
  default void firstStepDone() {}

  /**
   * Some steps are done. How often this comes is a setting of {@link Fit}; what it reports is what
   * the host read from the device then.
   *
   * @param step steps done in this epoch
   * @param loss mean loss over the epoch so far
   * @param accuracy share of right answers over the epoch so far
   * @param imagesPerSecond rows a second over the epoch so far
   */
  default void progress(int step, double loss, double accuracy, double imagesPerSecond) {}

  /** An epoch is done, validation included. */
  default void epochEnds(int epoch, History.Epoch result) {}
}
