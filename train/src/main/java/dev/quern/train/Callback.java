package dev.quern.train;

/**
 * Hears how training goes, on the thread that trains, and may look at the model, save it, or end
 * training with {@link Model#requestStop(String)}. Every method may be left out. Given to {@link
 * Fit#callbacks}.
 */
public interface Callback {

  /**
   * Training begins. Nothing has been prepared yet, so this is where to refuse.
   *
   * @param model what is trained; keep it to use it later
   * @param settings how
   */
  default void trainingBegins(Model model, Fit settings) {}

  /**
   * An epoch begins.
   *
   * @param epoch its number, from 1; goes on from fit to fit, and behind {@link Model#open}
   * @param epochs number of the last one of this fit
   * @param steps steps of an epoch
   */
  default void epochBegins(int epoch, int epochs, int steps) {}

  /** The first step of this model in this process is done: everything is prepared and works. */
  default void firstStepDone() {}

  /**
   * Some steps are done. How often this comes is a setting of {@link Fit}; what it reports is what
   * the host read from the device then.
   *
   * @param step steps done in this epoch
   * @param loss mean loss over the epoch so far
   * @param accuracy share of right answers over the epoch so far; NaN if the loss has none
   * @param imagesPerSecond rows a second over the epoch so far
   */
  default void progress(int step, double loss, double accuracy, double imagesPerSecond) {}

  /**
   * An epoch is done, validation included. One that a stop cut short comes here, too; {@link
   * Model#epochsTrained} is then less than its number.
   */
  default void epochEnds(int epoch, History.Epoch result) {}

  /** Training is done, and did not fail. */
  default void trainingEnds(History history) {}
}
