package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The reference against numbers that an independent program computed, if the environment variable
 * QUERN_VECTORS_DIR says where they are.
 */
class OutsideVectorsTest {
  private static final String FOLDER = "QUERN_VECTORS_DIR";

  @TestFactory
  Stream<DynamicTest> vectors() throws IOException {
    String folder = System.getenv(FOLDER);
    if (folder == null) {
      // As a test of its own, so that it is counted.
      return Stream.of(
          dynamicTest("vectors", () -> abort("NOT TESTED: " + FOLDER + " is not set")));
    }
    List<OutsideVector> vectors = new ArrayList<>();
    List<String> lines = Files.readAllLines(Path.of(folder, "cases.tsv"));
    for (String line : lines.subList(1, lines.size())) {
      vectors.add(new OutsideVector(Path.of(folder), line));
    }
    return vectors.stream().map(v -> dynamicTest(v.op() + " " + v.name(), () -> check(v)));
  }

  private static void check(OutsideVector vector) {
    switch (vector.op()) {
      case "conv2d" -> conv2d(vector, vector.conv2d());
      case "maxpool" -> maxPool2d(vector, vector.maxPool2d());
      case "gemm" -> gemm(vector);
      case "softmax_cross_entropy" -> softmaxCrossEntropy(vector);
      case "softmax" -> softmax(vector);
      case "relu" -> relu(vector);
      case "bias_add" -> biasAdd(vector);
      case "adam" -> adam(vector);
      default -> throw new AssertionError("an op that this test does not know: " + vector.op());
    }
  }

  private static void conv2d(OutsideVector v, Conv2d.Spec spec) {
    boolean bias = spec.epilogue().hasBias();
    double[] b = bias ? v.values("b") : null;
    double[] dy = v.values("dy");
    v.requireClose("y", ReferenceConv2d.forward(spec, v.values("x"), v.values("w"), b));
    v.requireClose("dx", ReferenceConv2d.backwardData(spec, dy, v.values("w")));
    v.requireClose("dw", ReferenceConv2d.backwardFilter(spec, v.values("x"), dy));
    if (bias) {
      v.requireClose("db", ReferenceConv2d.backwardBias(spec, dy));
    }
  }

  private static void maxPool2d(OutsideVector v, MaxPool2d.Spec spec) {
    ReferenceMaxPool2d.Maxima maxima = ReferenceMaxPool2d.forward(spec, v.values("x"));
    v.requireClose("y", maxima.y());
    assertThat(maxima.argmax()).isEqualTo(v.arrays().get("argmax").ints());
    v.requireClose(
        "dx",
        ReferenceMaxPool2d.backward(spec, maxima.y().values(), maxima.argmax(), v.values("dy")));
  }

  private static void gemm(OutsideVector v) {
    Gemm.Spec spec =
        Gemm.builder(v.whole("m"), v.whole("n"), v.whole("k"))
            .transposed(v.flag("trans_a"), v.flag("trans_b"))
            .leads(v.whole("lda"), v.whole("ldb"), v.whole("ldc"))
            .scale(v.number("alpha"), v.number("beta"))
            .build();
    v.requireClose(
        "c_out", ReferenceGemm.product(spec, v.values("a"), v.values("b"), null, v.values("c_in")));
  }

  private static void softmaxCrossEntropy(OutsideVector v) {
    int[] shape = v.arrays().get("z").shape();
    Reduction reduction = Reduction.valueOf(v.text("reduction").toUpperCase(Locale.ROOT));
    double[] upstream =
        v.arrays().has("upstream") ? v.values("upstream") : new double[] {v.number("upstream")};
    ReferenceSoftmaxCrossEntropy result =
        ReferenceSoftmaxCrossEntropy.of(
            new SoftmaxCrossEntropy.Spec(shape[0], shape[1], reduction),
            v.values("z"),
            v.arrays().get("labels").ints(),
            upstream,
            0);
    v.requireClose("loss", result.loss());
    v.requireClose("dz", result.dz());
  }

  private static void softmax(OutsideVector v) {
    int[] shape = v.arrays().get("z").shape();
    Softmax.Spec spec = new Softmax.Spec(shape[0], shape[1]);
    v.requireClose("p", ReferenceSoftmax.forward(spec, v.values("z")));
    v.requireClose("dz", ReferenceSoftmax.backward(spec, v.values("p"), v.values("dp")));
  }

  private static void relu(OutsideVector v) {
    v.requireClose("y", ReferenceRelu.forward(v.values("x")));
    v.requireClose("dx", ReferenceRelu.backward(v.values("y"), v.values("dy")));
  }

  private static void biasAdd(OutsideVector v) {
    int[] shape = v.arrays().get("x").shape();
    BiasAdd.Spec spec = new BiasAdd.Spec(shape[0], shape[1]);
    v.requireClose("y", ReferenceBiasAdd.forward(spec, v.values("x"), v.values("b")));
    v.requireClose("db", ReferenceBiasAdd.backward(spec, v.values("dy")));
  }

  private static void adam(OutsideVector v) {
    for (Adam.Form form : Adam.Form.values()) {
      double[] p = v.values("p0");
      double[] m = v.values("m0");
      double[] s = v.values("v0");
      Adam.Spec spec =
          new Adam.Spec(
              p.length,
              v.number("beta1"),
              v.number("beta2"),
              v.number("epsilon"),
              form,
              0,
              Adam.Decay.L2);
      int steps = v.whole("steps");
      Bounded all = new Bounded(steps * p.length, 1);
      for (int t = 0; t < steps; t++) {
        int before = v.whole("first_t") - 1 + t;
        ReferenceAdam next =
            ReferenceAdam.update(spec, p, v.arrays().get("g").row(t), m, s, before, v.number("lr"));
        p = next.p().values();
        m = next.m().values();
        s = next.v().values();
        for (int i = 0; i < p.length; i++) {
          all.set(t * p.length + i, p[i]);
        }
      }
      v.requireClose(form == Adam.Form.KERAS ? "p_keras" : "p_paper", all);
    }
  }
}
