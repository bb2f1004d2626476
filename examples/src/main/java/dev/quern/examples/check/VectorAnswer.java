package dev.quern.examples.check;

import dev.quern.core.KernelSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the device computed for a vector case: arrays by name, and by which kernels. */
final class VectorAnswer {
  private final Set<String> specs = new LinkedHashSet<>();
  private final List<Map.Entry<String, double[]>> results = new ArrayList<>();
  private final Map<String, boolean[]> parts = new HashMap<>();

  VectorAnswer(KernelSpec<?>... specs) {
    for (KernelSpec<?> spec : specs) {
      this.specs.add(spec.describe());
    }
  }

  VectorAnswer add(String array, float[] values) {
    results.add(Map.entry(array, widen(values)));
    return this;
  }

  VectorAnswer add(String array, int[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    results.add(Map.entry(array, wide));
    return this;
  }

  /** Only elements where {@code part} is true count, in the answer as in the wanted array. */
  VectorAnswer addPart(String array, float[] values, boolean[] part) {
    parts.put(array, part);
    results.add(Map.entry(array, pick(widen(values), part)));
    return this;
  }

  List<Map.Entry<String, double[]>> results() {
    return results;
  }

  /** What of a wanted array is to be compared. */
  double[] compared(String array, double[] want) {
    boolean[] part = parts.get(array);
    return part == null ? want : pick(want, part);
  }

  String description() {
    return String.join(", ", specs);
  }

  private static double[] pick(double[] values, boolean[] part) {
    double[] picked = new double[values.length];
    int count = 0;
    for (int i = 0; i < values.length; i++) {
      if (i < part.length && part[i]) {
        picked[count++] = values[i];
      }
    }
    return Arrays.copyOf(picked, count);
  }

  private static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
