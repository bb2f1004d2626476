package dev.quern.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import dev.quern.core.DeviceInfo.Kind;
import dev.quern.core.SpecException;
import dev.quern.kernels.Precision;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CasePatternTest {
  @Test
  void aPatternMeansOneNameOrAllThatFitIt() {
    List<String> names = Suite.all(Kind.CPU, Precision.FP32).stream().map(Problem::name).toList();
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
