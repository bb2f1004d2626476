package dev.quern.kernels.cases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Kernel;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Relu;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.reference.Bounded;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The cases are complete, distinct, the same every time, and able to fail. */
class CasesTest {
  private final List<Case<?>> all = Cases.all();

  @Test
  void everyOpHasCasesAndOneThatIsFitToBeTimed() {
    for (Class<?> op : OpSpec.class.getPermittedSubclasses()) {
      assertThat(all)
          .as("cases of %s", op)
          .filteredOn(c -> op.isInstance(c.spec()))
          .hasSizeGreaterThan(9);
      assertThat(all).as("plain %s", op).anyMatch(c -> op.isInstance(c.spec()) && c.plain());
    }
  }

  @Test
  void namesAreUnique() {
    assertThat(all).extracting(Case::name).doesNotHaveDuplicates();
  }

  @Test
  void oneDescriptionIsOneProblem() {
    Map<String, OpSpec<?>> described = new HashMap<>();
    for (Case<?> problem : all) {
      OpSpec<?> other = described.put(problem.spec().describe(), problem.spec());
      if (other != null) {
        assertThat(problem.spec()).isEqualTo(other);
      }
    }
    assertThat(described).hasSizeGreaterThan(300);
  }

  @Test
  void costsArePositiveUnlessThereIsNothingToDo() {
    for (Case<?> problem : all) {
      OpSpec<?> spec = problem.spec();
      for (Run<?> run : problem.runs()) {
        boolean empty =
            run.arguments().stream().anyMatch(a -> a.count() == 0)
                || (spec instanceof Gemm.Spec g && g.k() == 0);
        if (!empty) {
          assertThat(spec.flops(run.pass())).as("flops of %s", spec.describe()).isPositive();
          assertThat(spec.bytes(run.pass())).as("bytes of %s", spec.describe()).isPositive();
        }
      }
    }
  }

  @Test
  void everyPassOfEveryProblemIsRun() {
    for (Case<?> problem : all) {
      Set<Pass> passes = EnumSet.noneOf(Pass.class);
      problem.runs().forEach(run -> passes.add(run.pass()));
      assertThat(passes).as(problem.name()).isEqualTo(problem.spec().passes());
    }
  }

  @Test
  void inputsAreTheSameEveryTime() {
    for (Case<?> problem : all) {
      requireSame(problem);
    }
  }

  private static <K extends Kernel> void requireSame(Case<K> problem) {
    List<Run<K>> first = problem.runs();
    List<Run<K>> second = problem.runs();
    for (int i = 0; i < first.size(); i++) {
      for (int j = 0; j < first.get(i).arguments().size(); j++) {
        Argument one = first.get(i).arguments().get(j);
        Argument other = second.get(i).arguments().get(j);
        assertThat(one.initial().mismatch(other.initial())).as(problem.name()).isEqualTo(-1);
      }
    }
  }

  @Test
  void passesOfACaseShareTheirInputs() {
    Case<?> problem = Cases.of(convolution(), Fill.REAL);
    Values forward = input(problem.runs().get(0), "x");
    Values filter = input(problem.runs().get(2), "x");
    assertThat(forward.mismatch(filter)).isEqualTo(-1);
  }

  private static Conv2d.Spec convolution() {
    return Conv2d.builder().input(2, 3, 8, 8).filters(4, 3, 3).build();
  }

  private static Values input(Run<?> run, String role) {
    return run.arguments().stream()
        .filter(a -> a.role().equals(role))
        .findFirst()
        .orElseThrow()
        .initial();
  }

  /** A bound wider than the numbers themselves would let anything through. */
  @Test
  void boundsAreFarNarrowerThanTheNumbers() {
    for (Case<?> problem : all) {
      for (Run<?> run : problem.runs()) {
        run.reference().get().forEach((role, expected) -> requireNarrow(problem, role, expected));
      }
    }
  }

  private static void requireNarrow(Case<?> problem, String role, Expected expected) {
    Bounded values = expected.values();
    // TF32 rounds every factor to 10 bits; its bound can be no narrower than that.
    boolean tf32 = problem.spec().describe().endsWith(Precision.TF32.name());
    double share = tf32 ? 0.25 : 0.05;
    double largest = 0;
    int idle = 0;
    for (int i = 0; i < values.count(); i++) {
      double size = Math.abs(values.value(i));
      if (Double.isFinite(size)) {
        largest = Math.max(largest, size);
      }
    }
    for (int i = 0; i < values.count(); i++) {
      idle += largest > 0 && expected.allowed(i, true) > share * largest ? 1 : 0;
    }
    assertThat(idle)
        .as("elements of %s of %s that could be anything", role, problem.name())
        .isLessThanOrEqualTo(values.count() / 20);
  }

  @Test
  void everyWrittenBufferHasAReferenceOfItsSize() {
    for (Case<?> problem : all) {
      for (Run<?> run : problem.runs()) {
        Map<String, Expected> reference = run.reference().get();
        for (Argument argument : run.arguments()) {
          if (argument.written()) {
            Expected expected = reference.get(argument.role());
            assertThat(expected).as("%s of %s", argument.role(), problem.name()).isNotNull();
            if (expected != null) {
              assertThat(expected.values().count()).isEqualTo(argument.count());
            }
          }
        }
      }
    }
  }

  @Test
  void namesAreFoundWholeOrInPart() {
    String name = Cases.of(new Relu.Spec(8), Fill.REAL).name();
    assertThat(Cases.named(name)).extracting(Case::name).containsExactly(name);
    assertThat(Cases.named("softmax-ce"))
        .isNotEmpty()
        .allMatch(c -> c.spec() instanceof SoftmaxCrossEntropy.Spec);
    assertThatThrownBy(() -> Cases.named("conv9d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'conv9d'")
        .hasMessageContaining("names look like gemm/");
  }
}
