package dev.quern.train.callbacks;

import dev.quern.train.Callback;
import dev.quern.train.Model;

/** Ruins the weights after some epochs, so that everything gets worse. */
final class Saboteur implements Callback {
  private final Model model;
  private final int from;

  Saboteur(Model model, int from) {
    this.model = model;
    this.from = from;
  }

  @Override
  public void epochBegins(int epoch, int epochs, int steps) {
    if (epoch >= from) {
      float[] wrong = model.weight("dense_1/kernel");
      for (int i = 0; i < wrong.length; i++) {
        wrong[i] = -wrong[i];
      }
      model.setWeight("dense_1/kernel", wrong);
      model.setLearningRate(0);
    }
  }
}
