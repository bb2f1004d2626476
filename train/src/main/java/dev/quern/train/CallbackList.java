package dev.quern.train;

import java.util.List;

/** Several callbacks as one, which hear everything in their order. */
record CallbackList(List<Callback> callbacks) implements Callback {
  @Override
  public void trainingBegins(Model model, Fit settings) {
    callbacks.forEach(callback -> callback.trainingBegins(model, settings));
  }

  @Override
  public void epochBegins(int epoch, int epochs, int steps) {
    callbacks.forEach(callback -> callback.epochBegins(epoch, epochs, steps));
  }

  @Override
  public void firstStepDone() {
    callbacks.forEach(Callback::firstStepDone);
  }

  /** By number: between steps nothing is allocated, not even an iterator. */
  @Override
  public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
    for (int i = 0; i < callbacks.size(); i++) {
      callbacks.get(i).progress(step, loss, accuracy, imagesPerSecond);
    }
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    callbacks.forEach(callback -> callback.epochEnds(epoch, result));
  }

  @Override
  public void trainingEnds(History history) {
    callbacks.forEach(callback -> callback.trainingEnds(history));
  }
}
