package dev.quern.examples.check;

import dev.quern.kernels.Precision;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One case of the forward and backward vectors: an entry of {@code index.json} and its arrays. */
final class VectorCase {
  private final JsonObject entry;
  private final JsonObject attributes;
  private final Npz arrays;

  VectorCase(Path folder, JsonObject entry) {
    this.entry = entry;
    attributes = entry.object("attributes");
    arrays = Npz.read(folder.resolve(entry.text("file")));
  }

  static String name(JsonObject entry) {
    return entry.text("op") + "/" + entry.text("name");
  }

  static boolean optional(JsonObject entry) {
    return entry.has("optional") && entry.flag("optional");
  }

  String op() {
    return entry.text("op");
  }

  JsonObject attributes() {
    return attributes;
  }

  boolean has(String array) {
    return arrays.has(array);
  }

  Tensor get(String array) {
    return arrays.get(array);
  }

  /** Batch, channels, height and width of an image array, whatever the layout. */
  int[] image(String array, boolean nchw) {
    int[] s = get(array).shape();
    if (s.length != 4) {
      throw new CheckException(
          "array '%s' must have four axes, but is %s".formatted(array, get(array)));
    }
    return nchw ? s : new int[] {s[0], s[3], s[1], s[2]};
  }

  /**
   * Compares an answer with every array that the case gives for it.
   *
   * @return what is wrong, or null
   */
  @Nullable String mismatch(VectorAnswer answer, Precision precision) {
    List<String> wrong = new ArrayList<>();
    Set<String> answered = new HashSet<>();
    for (Map.Entry<String, double[]> result : answer.results()) {
      String array = result.getKey();
      if (has(array)) {
        answered.add(toleranceKey(array));
        String mismatch = mismatch(answer, array, result.getValue(), precision);
        if (mismatch != null) {
          wrong.add(mismatch);
        }
      }
    }
    for (String key : entry.object("tolerance").keys()) {
      if (!answered.contains(key)) {
        wrong.add(
            "'"
                + key
                + "' has a tolerance, but is not computed here or missing in the case's file");
      }
    }
    if (answered.isEmpty()) {
      wrong.add("the case has nothing to compare with");
    }
    return wrong.isEmpty() ? null : String.join("; ", wrong) + "; " + answer.description();
  }

  private @Nullable String mismatch(
      VectorAnswer answer, String array, double[] got, Precision precision) {
    boolean tf32 = precision == Precision.TF32;
    String bound = "atol_" + (tf32 ? "tf32" : "f32");
    double allowed = entry.object("tolerance").object(toleranceKey(array)).number(bound);
    double[] want = answer.compared(array, get(array).values());
    String mismatch = new Comparison(allowed, 0).mismatch(array, got, want);
    if (mismatch == null && tf32 && (op().equals("conv2d") || op().equals("gemm"))) {
      return rootMeanSquareMismatch(array, got, want);
    }
    return mismatch;
  }

  /** The plain bound is loose under TF32, so the set asks for this as well. */
  private static @Nullable String rootMeanSquareMismatch(
      String array, double[] got, double[] want) {
    double difference = 0;
    double size = 0;
    for (int i = 0; i < want.length; i++) {
      difference += (got[i] - want[i]) * (got[i] - want[i]);
      size += want[i] * want[i];
    }
    return Math.sqrt(difference) <= 1e-3 * Math.sqrt(size)
        ? null
        : String.format(
            Locale.ROOT,
            "%s: the root mean square of the difference is %.3g of that of the values, allowed"
                + " 1e-3",
            array,
            Math.sqrt(difference / size));
  }

  /** One tolerance stands for the weights under both forms of Adam. */
  private static String toleranceKey(String array) {
    return array.startsWith("p_") ? "p" : array;
  }
}
