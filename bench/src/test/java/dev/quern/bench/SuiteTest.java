package dev.quern.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.DeviceInfo.Kind;
import dev.quern.core.SpecException;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Precision;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SuiteTest {
  private static List<Entry> all(Kind kind, Precision precision) {
    return Suite.all(kind, precision, Networks::small);
  }

  private static List<String> names(List<Entry> entries) {
    return entries.stream().flatMap(entry -> entry.names().stream()).toList();
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void noTwoLinesHaveTheSameName(Kind kind) {
    for (Precision precision : Precision.values()) {
      assertThat(names(all(kind, precision))).doesNotHaveDuplicates();
      assertThat(names(Suite.quick(kind, precision, Networks::small)))
          .doesNotHaveDuplicates()
          .hasSizeLessThan(40);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void ceilingsComeFirst(Kind kind) {
    assertThat(names(all(kind, Precision.FP32)).subList(0, 2))
        .containsExactly("copy/16777216", "gemm/NNm256n256k256 forward");
  }

  /** An op that has cases needs no line in this module. */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void everyOpIsTimed(Kind kind) {
    List<Entry> entries = Suite.withShared(all(kind, Precision.FP32));
    for (Class<?> op : OpSpec.class.getPermittedSubclasses()) {
      assertThat(entries)
          .as("entries of %s", op)
          .anyMatch(
              entry -> entry instanceof KernelEntry<?> kernel && op.isInstance(kernel.spec()));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void sharedProblemsComeLastAndOnce(Precision precision) {
    List<Entry> entries = all(Kind.CPU, precision);
    List<Entry> more = Suite.withShared(entries);
    assertThat(more).startsWith(entries.toArray(Entry[]::new));
    assertThat(names(more))
        .doesNotHaveDuplicates()
        .contains("gemm/NNm5n17k7 forward", "bias-add/2x3x5 backward-bias");
    for (Case<?> problem : Cases.all()) {
      if (problem.plain() && problem.fill() == Fill.REAL) {
        assertThat(more)
            .as(problem.name())
            .filteredOn(e -> e instanceof KernelEntry<?> k && k.spec().equals(problem.spec()))
            .hasSize(1);
      }
    }
  }

  /** These names are those of bench/peers, which measures the same problems. */
  @Test
  void namesAreTheSpecsOwn() {
    assertThat(names(all(Kind.GPU, Precision.TF32)))
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
            "train-step/mnist-b32",
            "train-step/mnist-b128",
            "inference/mnist-b128");
    assertThat(names(all(Kind.CPU, Precision.FP32)))
        .contains("conv2d/mb8ic512ih7oc512oh7kh3ph1 backward-filter")
        .noneMatch(name -> name.contains("4096n4096k4096"));
  }

  @Test
  void aPatternMeansOneNameOrAllThatFitIt() {
    List<String> names = names(all(Kind.CPU, Precision.FP32));
    assertThat(CasePattern.matching(names, "train-step/mnist-b32"))
        .isEqualTo(Set.of("train-step/mnist-b32"));
    assertThat(CasePattern.matching(names, "relu/"))
        .isEqualTo(Set.of("relu/16777216 forward", "relu/16777216 backward-data"));
    assertThat(CasePattern.matching(names, "train-step/*"))
        .isEqualTo(Set.of("train-step/mnist-b32", "train-step/mnist-b128"));
    assertThat(CasePattern.matching(names, "*+BIAS_RELU*filter"))
        .allMatch(name -> name.endsWith("+BIAS_RELU backward-filter"))
        .hasSize(4);
    assertThat(CasePattern.matching(names, "")).containsExactlyElementsOf(names);
    assertThatThrownBy(() -> CasePattern.matching(names, "no such"))
        .isInstanceOf(SpecException.class)
        .hasMessageStartingWith("no case is named 'no such' or contains it; names look like '");
    assertThatThrownBy(() -> CasePattern.matching(names, "gemm*z"))
        .hasMessageStartingWith("no case is named 'gemm*z' or fits it; names look like '");
  }
}
