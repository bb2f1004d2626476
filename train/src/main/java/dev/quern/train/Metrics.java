package dev.quern.train;

import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * How a model's answers compare with the right ones, beyond {@link Model#evaluate}. Of equal
 * probabilities the first class wins; a row with NaN is answered wrong.
 */
public final class Metrics {
  private final int[] labels;
  private final float[][] probabilities;
  private final int classes;

  private Metrics(int[] labels, float[][] probabilities, int classes) {
    this.labels = labels;
    this.probabilities = probabilities;
    this.classes = classes;
  }

  /** Asks the model about every row. */
  public static Metrics of(Model model, DataSet data) {
    float[][] answers = model.predict(data);
    int outputs = model.network().output().elements();
    return outputs == 1
        ? new Metrics(data.labels(), bothClasses(answers), 2)
        : new Metrics(data.labels(), answers, outputs);
  }

  /** A single output is the probability of class 1. */
  private static float[][] bothClasses(float[][] answers) {
    return Arrays.stream(answers)
        .map(answer -> new float[] {1 - answer[0], answer[0]})
        .toArray(float[][]::new);
  }

  /** Share of rows answered right. */
  public double accuracy() {
    return topK(1);
  }

  /**
   * Share of rows whose right class is among the {@code k} most probable.
   *
   * @param k at least 1
   */
  public double topK(int k) {
    if (k < 1) {
      throw new SpecException("top-k accuracy: k must be at least 1, but is " + k);
    }
    long hits = IntStream.range(0, labels.length).filter(row -> rank(row) < k).count();
    return (double) hits / labels.length;
  }

  /** How many classes stand before the right one. */
  private int rank(int row) {
    float[] p = probabilities[row];
    int right = labels[row];
    int before = 0;
    for (int i = 0; i < classes; i++) {
      if (Float.isNaN(p[i])) {
        return classes;
      }
      before += p[i] > p[right] || (p[i] == p[right] && i < right) ? 1 : 0;
    }
    return before;
  }

  /**
   * How often each class was answered with each.
   *
   * @return rows by [right class][answer]; a row of NaN counts as answered with class 0
   */
  public int[][] confusion() {
    int[][] counts = new int[classes][classes];
    for (int row = 0; row < labels.length; row++) {
      counts[labels[row]][best(probabilities[row])]++;
    }
    return counts;
  }

  /** The most probable class, the first of equal ones. */
  public static int best(float[] probabilities) {
    int best = 0;
    for (int i = 1; i < probabilities.length; i++) {
      best = probabilities[i] > probabilities[best] ? i : best;
    }
    return best;
  }

  /** The {@link #confusion} as a table: a line a right class, a column an answer. */
  public String confusionTable() {
    int[][] counts = confusion();
    int width = Math.max(5, Integer.toString(labels.length).length() + 1);
    StringBuilder table = new StringBuilder("right\\answer".formatted());
    for (int i = 0; i < classes; i++) {
      table.append(String.format(Locale.ROOT, "%" + width + "d", i));
    }
    table.append('\n');
    for (int i = 0; i < classes; i++) {
      table.append(String.format(Locale.ROOT, "%12d", i));
      for (int count : counts[i]) {
        table.append(String.format(Locale.ROOT, "%" + width + "d", count));
      }
      table.append('\n');
    }
    return table.toString();
  }
}
