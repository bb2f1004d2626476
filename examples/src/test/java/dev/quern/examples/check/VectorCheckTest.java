package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts on small cases whose results were worked out by hand. */
class VectorCheckTest {
  private static final double NAN = Double.NaN;
  private static final double GAP = -12345.5;

  @TempDir private Path folder;

  private final List<String> entries = new ArrayList<>();

  @Test
  void passesRightValues() {
    relu("right", new double[] {0, 0, 3});

    Verdict verdict = check();

    assertThat(verdict.out()).isEqualToIgnoringNewLines("1 passed, 0 failed, 0 skipped");
    assertThat(verdict.exitCode()).isZero();
  }

  @Test
  void failsWrongValuesByNameArrayAndDifference() {
    relu("wrong", new double[] {0, 0, 3.5});

    Verdict verdict = check();

    assertThat(verdict.out())
        .contains("FAILED  relu/wrong: y: 1 of 3 elements are wrong; largest difference 0.500 at 2")
        .contains("got 3.0, want 3.5")
        .contains("relu/3");
    assertThat(verdict.lastLine()).isEqualTo("0 passed, 1 failed, 0 skipped");
    assertThat(verdict.exitCode()).isEqualTo(1);
  }

  @Test
  void failsNotANumberUnlessWanted() {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("x", floats("(2,)", NAN, 1));
    arrays.put("y", doubles("(2,)", 0, 1));
    arrays.put("dy", floats("(2,)", 1, 1));
    arrays.put("dx", doubles("(2,)", 0, 1));
    add("relu", "got", "{}", "\"y\": 1e9, \"dx\": 1e9", "", arrays);
    arrays.put("y", doubles("(2,)", NAN, 1));
    add("relu", "wanted", "{}", "\"y\": 0, \"dx\": 0", "", arrays);
    arrays.put("x", floats("(2,)", 0, 1));
    add("relu", "missed", "{}", "\"y\": 1e9, \"dx\": 1e9", "", arrays);

    Verdict verdict = check();

    assertThat(verdict.out()).contains("relu/got", "relu/missed").doesNotContain("relu/wanted");
    assertThat(verdict.lastLine()).isEqualTo("1 passed, 2 failed, 0 skipped");
  }

  @Test
  void passesPaddedProductsWithNotANumberInTheGaps() {
    gemm("padded", 22);
    gemm("wrong", 23);

    Verdict verdict = check();

    assertThat(verdict.out()).contains("FAILED  gemm/wrong: c_out: 1 of 1 elements are wrong");
    assertThat(verdict.lastLine()).isEqualTo("1 passed, 1 failed, 0 skipped");
  }

  @Test
  void passesAnEmptyProduct() {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("a", floats("(2, 0)"));
    arrays.put("b", floats("(0, 1)"));
    arrays.put("c_in", floats("(2, 1)", 3, 4));
    arrays.put("c_out", doubles("(2, 1)", 6, 8));
    arrays.put("dc", floats("(2, 1)", 1, 1));
    arrays.put("da", doubles("(2, 0)"));
    arrays.put("db", doubles("(0, 1)"));
    String attributes =
        "{\"m\": 2, \"n\": 1, \"k\": 0, \"trans_a\": false, \"trans_b\": false, \"alpha\": 1.0,"
            + " \"beta\": 2.0, \"order\": \"row-major\", \"lda\": 0, \"ldb\": 1, \"ldc\": 1}";
    add("gemm", "k0", attributes, "\"c_out\": 0, \"da\": 0, \"db\": 0", "", arrays);

    assertThat(check().lastLine()).isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void passesAnEmptyBatchWithZeroGradients() {
    conv("empty", "(0, 1, 2, 2)", "[0, 0, 0, 0]", "");

    assertThat(check().lastLine()).isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void countsRefusalsAsSkippedOnlyWhereTheyAreAllowed() {
    conv("required", "(0, 1, 2, 2)", "[-1, 0, 0, 0]", "");
    conv("optional", "(0, 1, 2, 2)", "[-1, 0, 0, 0]", ", \"optional\": true");

    Verdict verdict = check();

    assertThat(verdict.out())
        .contains("FAILED  conv2d/required: conv2d: padding before height must be at least 0")
        .contains("skipped 1: optional and refused: conv2d: padding before height");
    assertThat(verdict.lastLine()).isEqualTo("0 passed, 1 failed, 1 skipped");
  }

  @Test
  void resumesAdamAtItsStep() {
    double step = 0.5 * Math.sqrt(1 - Math.pow(0.5, 3)) / (1 - Math.pow(0.5, 3));
    double keras = 1 - step * 1.5 / (Math.sqrt(2) + 0.25);
    double paper = 1 - 0.5 * (1.5 / (1 - 0.125)) / (Math.sqrt(2 / (1 - 0.125)) + 0.25);
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("p0", floats("(1,)", 1));
    arrays.put("m0", floats("(1,)", 1));
    arrays.put("v0", floats("(1,)", 0));
    arrays.put("g", floats("(1, 1)", 2));
    arrays.put("p_keras", doubles("(1, 1)", keras));
    arrays.put("p_paper", doubles("(1, 1)", paper));
    arrays.put("m", doubles("(1,)", 1.5));
    arrays.put("v", doubles("(1,)", 2));
    String attributes =
        "{\"lr\": 0.5, \"beta1\": 0.5, \"beta2\": 0.5, \"epsilon\": 0.25, \"first_t\": 3,"
            + " \"steps\": 1}";
    add("adam", "third", attributes, "\"p\": 1e-6, \"m\": 0, \"v\": 0", "", arrays);

    assertThat(check().lastLine()).isEqualTo("1 passed, 0 failed, 0 skipped");
  }

  @Test
  void failsACaseThatAsksForAnArrayThatIsNotComputed() {
    Map<String, byte[]> arrays = reluArrays(new double[] {0, 0, 3});
    add("relu", "more", "{}", "\"y\": 0, \"dx\": 0, \"ddx\": 0", "", arrays);

    assertThat(check().out()).contains("'ddx' has a tolerance, but is not computed");
  }

  @Test
  void failsACaseWithNothingToCompareWith() {
    Map<String, byte[]> arrays = reluArrays(new double[] {0, 0, 3});
    arrays.remove("y");
    arrays.remove("dx");
    add("relu", "bare", "{}", "", "", arrays);

    assertThat(check().out()).contains("FAILED  relu/bare: the case has nothing to compare with");
  }

  @Test
  void failsACaseWithoutItsFileAndGoesOn() {
    relu("there", new double[] {0, 0, 3});
    entries.add(entry("relu", "gone", "{}", "\"y\": 0", ""));

    Verdict verdict = check();

    assertThat(verdict.out()).contains("relu/gone").contains("gone.npz");
    assertThat(verdict.lastLine()).isEqualTo("1 passed, 1 failed, 0 skipped");
  }

  private void relu(String name, double[] y) {
    add("relu", name, "{}", "\"y\": 0, \"dx\": 0", "", reluArrays(y));
  }

  private static Map<String, byte[]> reluArrays(double[] y) {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("x", floats("(3,)", -1, 0, 3));
    arrays.put("y", doubles("(3,)", y));
    arrays.put("dy", floats("(3,)", 5, 6, 7));
    arrays.put("dx", doubles("(3,)", 0, 0, 7));
    return arrays;
  }

  /** [1 2] times [3; 4], with gaps behind each row and {@code beta 0} over NaN. */
  private void gemm(String name, double product) {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("a", floats("(1, 3)", 1, 2, NAN));
    arrays.put("b", floats("(2, 2)", 3, NAN, 4, NAN));
    arrays.put("c_in", floats("(1, 2)", NAN, GAP));
    arrays.put("c_out", doubles("(1, 2)", product, GAP));
    arrays.put("dc", floats("(1, 1)", 5));
    arrays.put("da", doubles("(1, 2)", 30, 40));
    arrays.put("db", doubles("(2, 1)", 10, 20));
    String attributes =
        "{\"m\": 1, \"n\": 1, \"k\": 2, \"trans_a\": false, \"trans_b\": false, \"alpha\": 2.0,"
            + " \"beta\": 0.0, \"order\": \"row-major\", \"lda\": 3, \"ldb\": 2, \"ldc\": 2}";
    add("gemm", name, attributes, "\"c_out\": 0, \"da\": 0, \"db\": 0", "", arrays);
  }

  private void conv(String name, String images, String pads, String more) {
    Map<String, byte[]> arrays = new LinkedHashMap<>();
    arrays.put("x", floats(images));
    arrays.put("w", floats("(1, 1, 1, 1)", 2));
    arrays.put("y", doubles(images));
    arrays.put("dy", floats(images));
    arrays.put("dx", doubles(images));
    arrays.put("dw", doubles("(1, 1, 1, 1)", 0));
    String attributes =
        "{\"layout\": \"NCHW\", \"filter_layout\": \"OIHW\", \"stride\": [1, 1], \"pads\": "
            + pads
            + ", \"dilation\": [1, 1], \"groups\": 1, \"bias\": false}";
    add("conv2d", name, attributes, "\"y\": 0, \"dx\": 0, \"dw\": 0", more, arrays);
  }

  private static byte[] floats(String shape, double... values) {
    return NumpyFiles.npy("<f4", shape, values);
  }

  private static byte[] doubles(String shape, double... values) {
    return NumpyFiles.npy("<f8", shape, values);
  }

  private void add(
      String op,
      String name,
      String attributes,
      String tolerances,
      String more,
      Map<String, byte[]> arrays) {
    NumpyFiles.write(folder.resolve(name + ".npz"), NumpyFiles.npz(false, arrays));
    entries.add(entry(op, name, attributes, tolerances, more));
  }

  private static String entry(
      String op, String name, String attributes, String tolerances, String more) {
    String bounds = tolerances.replaceAll(": ([^,]+)", ": {\"atol_f32\": $1, \"atol_tf32\": $1}");
    return ("{\"op\": \"%s\", \"name\": \"%s\", \"file\": \"%s.npz\", \"attributes\": %s,"
            + " \"tolerance\": {%s}%s}")
        .formatted(op, name, name, attributes, bounds, more);
  }

  private Verdict check() {
    String index = "{\"cases\": [" + String.join(", ", entries) + "]}";
    NumpyFiles.write(folder.resolve("index.json"), index.getBytes(StandardCharsets.UTF_8));
    return Verdict.of("--vectors", folder);
  }
}
