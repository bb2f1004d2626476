package dev.quern.train;

import dev.quern.core.Stream;
import dev.quern.kernels.Softmax;
import dev.quern.train.data.DataSet;
import java.util.Arrays;

/** A model's answers to rows that it only looks at. */
final class Prediction {
  /** Rows at a time. */
  static final int BATCH = 128;

  private Prediction() {}

  static float[][] of(Model model, DataSet data) {
    int outputs = model.network().output().elements();
    int batch = Math.max(1, Math.min(data.count(), BATCH));
    float[][] answers = new float[data.count()][];
    try (Evaluator rows = Evaluator.of(model, data, batch);
        Softmax softmax = model.device().prepare(new Softmax.Spec(batch, outputs))) {
      Stream own = rows.stream();
      own.reserveWorkspace(softmax.workspaceBytes());
      rows.rewind();
      for (int from = 0; from < data.count(); from += batch) {
        rows.next();
        if (model.setup().loss().endsInSoftmax()) {
          softmax.forward(own, rows.plan().output(), rows.plan().output());
        }
        float[] all = own.readFloats(rows.plan().output());
        for (int i = from; i < Math.min(from + batch, data.count()); i++) {
          int start = (i - from) * outputs;
          answers[i] = Arrays.copyOfRange(all, start, start + outputs);
          model.setup().loss().finish(answers[i]);
        }
      }
    }
    return answers;
  }
}
