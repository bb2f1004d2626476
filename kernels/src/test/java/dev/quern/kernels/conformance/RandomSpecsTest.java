package dev.quern.kernels.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RandomSpecsTest {
  private static final int DRAWS = 2000;

  private static List<OpSpec<?>> draw(long seed, String op) {
    Supplier<OpSpec<?>> source = new RandomSpecs(seed).byOp().get(op);
    assertThat(source).isNotNull();
    return Stream.generate(source).limit(DRAWS).toList();
  }

  @Test
  void everyOpIsDrawn() {
    assertThat(new RandomSpecs(1).byOp()).hasSameSizeAs(OpSpec.class.getPermittedSubclasses());
  }

  @Test
  void oneSeedGivesOneSequence() {
    assertThat(draw(5, "conv2d")).isEqualTo(draw(5, "conv2d")).isNotEqualTo(draw(6, "conv2d"));
  }

  @Test
  void convolutionsCoverEverySetting() {
    List<Conv2d.Spec> specs = draw(1, "conv2d").stream().map(Conv2d.Spec.class::cast).toList();
    assertThat(specs).anyMatch(s -> s.n() == 0);
    assertThat(specs).anyMatch(s -> s.strideH() > 1 && s.dilationW() > 1 && s.groups() > 1);
    assertThat(specs).anyMatch(s -> s.groups() == s.c() && s.c() > 8);
    assertThat(specs).anyMatch(s -> s.padTop() != s.padBottom() && s.padLeft() != s.padRight());
    assertThat(specs).anyMatch(s -> s.layout() == Layout.NCHW && s.k() > 16);
    assertThat(specs).anyMatch(s -> s.h() > 30);
    for (Epilogue epilogue : Epilogue.values()) {
      assertThat(specs).anyMatch(s -> s.epilogue() == epilogue);
    }
  }

  @Test
  void productsAndPoolsCoverTheirSettings() {
    List<Gemm.Spec> gemms = draw(1, "gemm").stream().map(Gemm.Spec.class::cast).toList();
    assertThat(gemms).anyMatch(s -> s.transA() && s.transB() && s.lda() > s.m() && s.batch() > 2);
    assertThat(gemms).anyMatch(s -> s.k() == 0 && s.beta() != 0 && s.m() > 0);
    assertThat(gemms).anyMatch(s -> s.batch() > 1 && s.strideA() == 0);
    List<MaxPool2d.Spec> pools =
        draw(1, "maxpool2d").stream().map(MaxPool2d.Spec.class::cast).toList();
    assertThat(pools).anyMatch(s -> s.ceilMode() && s.dilationH() > 1 && s.padTop() > 0);
    assertThat(pools).anyMatch(s -> s.strideH() > s.windowH());
    List<AveragePool2d.Spec> averages =
        draw(1, "avgpool2d").stream().map(AveragePool2d.Spec.class::cast).toList();
    assertThat(averages).anyMatch(s -> s.p() * s.q() == 1 && s.h() > 9 && s.w() > 9);
    for (AveragePool2d.Divisor divisor : AveragePool2d.Divisor.values()) {
      assertThat(averages)
          .anyMatch(s -> s.divisor() == divisor && s.ceilMode() && s.padRight() > 0);
    }
  }

  @Test
  void shrinkingFindsTheSmallestProblemThatFails() {
    OpSpec<?> failing =
        Gemm.builder(13, 37, 29)
            .scale(2, 1)
            .transposed(true, false)
            .epilogue(Epilogue.RELU)
            .build();
    OpSpec<?> smallest =
        Shrinking.smallest(failing, s -> s instanceof Gemm.Spec g && g.m() >= 3 && g.n() > 0);
    assertThat(smallest).isInstanceOf(Gemm.Spec.class);
    Gemm.Spec gemm = (Gemm.Spec) smallest;
    assertThat(gemm.m()).isEqualTo(3);
    assertThat(gemm.n()).isEqualTo(1);
    assertThat(gemm.k()).isZero();
    assertThat(gemm.transA()).isFalse();
    assertThat(gemm.epilogue()).isEqualTo(Epilogue.NONE);
  }
}
