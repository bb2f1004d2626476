package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.quern.kernels.Adam;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import org.junit.jupiter.api.Test;

/** Single steps of the optimizers, and gradients that are clipped. */
class ReferenceUpdatesTest {
  private static final double NAN = Double.NaN;

  @Test
  void firstStepOfAdamIsAsLongAsTheLearningRate() {
    for (Adam.Form form : Adam.Form.values()) {
      Adam.Spec spec = new Adam.Spec(2, 0.9f, 0.999f, 1e-10f, form, 0, Adam.Decay.L2);
      double[] zero = {0, 0};
      ReferenceAdam after =
          ReferenceAdam.update(
              spec, new double[] {1, 1}, new double[] {5, -0.01}, zero, zero, 0, 0.5);
      assertThat(after.p().value(0)).isCloseTo(0.5, within(1e-6));
      assertThat(after.p().value(1)).isCloseTo(1.5, within(1e-6));
      assertThat(after.m().value(0)).isCloseTo(0.5, within(1e-6));
    }
  }

  @Test
  void decoupledDecayDrawsTheOldWeight() {
    Adam.Spec spec =
        new Adam.Spec(1, 0.9f, 0.999f, 1e-7f, Adam.Form.KERAS, 0.25f, Adam.Decay.DECOUPLED);
    double[] zero = {0};
    Bounded p = ReferenceAdam.update(spec, new double[] {8}, zero, zero, zero, 0, 0.5).p();
    assertThat(p.value(0)).isEqualTo(8 - 0.5 * 0.25 * 8);
  }

  @Test
  void momentumLooksAhead() {
    double[] p = {1};
    double[] g = {2};
    double[] v = {4};
    Bounded plain = ReferenceSgd.update(new Sgd.Spec(1, 0.5f, false, 0), p, g, v, 0.25).p();
    Bounded ahead = ReferenceSgd.update(new Sgd.Spec(1, 0.5f, true, 0), p, g, v, 0.25).p();
    Bounded decayed = ReferenceSgd.update(new Sgd.Spec(1, 0, false, 0.5f), p, g, v, 0.25).p();
    assertThat(plain.value(0)).isEqualTo(1 + 1.5);
    assertThat(ahead.value(0)).isEqualTo(1 + 0.25);
    assertThat(decayed.value(0)).isEqualTo(1 - 0.25 * 2.5);
  }

  @Test
  void rmsPropDividesByTheRootOfTheMeanSquare() {
    RmsProp.Spec spec = new RmsProp.Spec(1, 0.5f, 0.5f, 0.25f);
    double[] p = {1};
    double[] g = {2};
    double[] v = {4};
    double[] m = {8};
    ReferenceRmsProp after = ReferenceRmsProp.update(spec, p, g, v, m, 0.25);
    assertThat(after.v().value(0)).isEqualTo(4);
    assertThat(after.m().value(0)).isEqualTo(4 + 0.5 / Math.sqrt(4.25));
    assertThat(after.p().value(0)).isEqualTo(1 - after.m().value(0));
  }

  @Test
  void clippingKeepsTheDirectionOrBoundsEachElement() {
    double[] g = {3, -4};
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 2.5f), g).values())
        .containsExactly(1.5, -2);
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 5), g).values()).containsExactly(3, -4);
    double[] infinite = {3, Double.POSITIVE_INFINITY};
    assertThat(ReferenceClipNorm.clip(new ClipNorm.Spec(2, 5), infinite).values())
        .containsExactly(NAN, NAN);
    assertThat(ReferenceClipValue.clip(new ClipValue.Spec(2, -1, 3.5f), g).values())
        .containsExactly(3, -1);
  }
}
