package dev.quern.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DeviceInfo.Kind;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Precision;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SuiteTest {
  private static List<String> names(List<Problem> problems) {
    return problems.stream().map(Problem::name).toList();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void noTwoLinesHaveTheSameName(Kind kind) {
    for (Precision precision : Precision.values()) {
      assertThat(names(Suite.all(kind, precision))).doesNotHaveDuplicates();
      assertThat(names(Suite.quick(kind, precision))).doesNotHaveDuplicates().hasSizeLessThan(40);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void ceilingsComeFirst(Kind kind) {
    assertThat(names(Suite.all(kind, Precision.FP32)).subList(0, 2))
        .containsExactly("copy/16777216", "gemm/NNm256n256k256 forward");
  }

  /** At a size that a network has, and not only at those of the conformance suite. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyOpIsTimed(Kind kind) {
    List<Problem> problems = Suite.all(kind, Precision.FP32);
    for (Class<?> op : OpSpec.class.getPermittedSubclasses()) {
      assertThat(problems)
          .as("problems of %s", op)
          .anyMatch(
              problem -> problem instanceof Problem.Kernel kernel && op.isInstance(kernel.spec()));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void sharedProblemsComeLastAndOnce(Precision precision) {
    List<Problem> more = Suite.withShared(Kind.CPU, precision);
    assertThat(more).startsWith(Suite.all(Kind.CPU, precision).toArray(Problem[]::new));
    assertThat(names(more))
        .doesNotHaveDuplicates()
        .contains("gemm/NNm5n17k7 forward", "bias-add/2x3x5 backward-bias");
    for (Case<?> problem : Cases.all()) {
      if (problem.plain() && problem.fill() == Fill.REAL) {
        assertThat(more)
            .as(problem.name())
            .filteredOn(p -> p instanceof Problem.Kernel k && k.spec().equals(problem.spec()))
            .hasSize(problem.spec().passes().size());
      }
    }
  }

  /** These names are those of bench/peers, which measures the same problems. */
  @Test
  void namesAreTheSpecsOwn() {
    assertThat(names(Suite.all(Kind.GPU, Precision.TF32)))
        .contains(
            "gemm/NNm4096n4096k4096+TF32 forward",
            "conv2d/mb32ic1ih28oc32oh26kh3+BIAS_RELU+TF32 forward",
            "conv2d/mb128ic32ih13oc64oh11kh3+BIAS_RELU+TF32 backward-filter",
            "conv2d/mb32ic3ih224oc64oh112kh7sh2ph3+TF32 backward-data",
            "conv2d/mb32ic512ih14oc512oh7kh3sh2ph1+TF32 forward",
            "maxpool2d/mb32ic32ih26kh2sh2relu backward-data",
            "softmax/32x10 forward",
            "softmax/16384x1024 backward-data",
            "dropout/51200rate0.25seed1 backward-data",
            "dropout/16777216rate0.5seed1 forward",
            "sgd/16777216momentum0.9 update",
            "rmsprop/225034rho0.9momentum0.0eps1.0E-7 update",
            "clip-norm/225034limit1.0 update",
            "batch-norm/86528x32mb128eps0.001momentum0.99 backward-data",
            "dense-loss/32x10categorical-cross-entropy forward",
            "train-step/mnist-b32",
            "train-step/mnist-b128",
            "inference/mnist-b128");
    assertThat(names(Suite.all(Kind.CPU, Precision.FP32)))
        .contains("conv2d/mb8ic512ih7oc512oh7kh3ph1 backward-filter")
        .noneMatch(name -> name.contains("4096n4096k4096"));
  }

  @Test
  void growthIsOneProblemInManySizes() {
    assertThat(names(Suite.growth(Kind.CPU, Precision.FP32)))
        .doesNotHaveDuplicates()
        .contains(
            "train-step/mnist-b1",
            "train-step/mnist-b1024",
            "conv2d/mb8ic32ih28oc64oh26kh3+BIAS_RELU forward",
            "conv2d/mb8ic32ih224oc64oh222kh3+BIAS_RELU backward-filter");
  }

  @Test
  void aProblemIsFoundByItsName() {
    for (Kind kind : Kind.values()) {
      for (Problem problem : Suite.all(kind, Precision.FP32)) {
        assertThat(Suite.named(problem.name())).contains(problem);
      }
    }
    assertThat(Suite.named("gemm/none")).isEmpty();
  }
}
