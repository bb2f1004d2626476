package dev.quern.kernels.cases;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DataType;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Arguments describe: numbers cost nothing until they are asked for, and then come in pieces. */
class ArgumentTest {
  /** More elements than any heap holds. */
  private static final long HUGE = 1L << 40;

  /** A problem of every op whose largest buffer has at least {@link #HUGE} elements. */
  private static List<OpSpec<?>> huge() {
    int side = 1 << 20;
    return List.of(
        Gemm.builder(side, side, side).build(),
        Conv2d.builder().input(1 << 14, 64, 1024, 1024).filters(64, 1, 1).build(),
        MaxPool2d.builder().input(1 << 14, 64, 1024, 1024).window(2, 2).reluInput(true).build(),
        AveragePool2d.builder().input(1 << 14, 64, 1024, 1024).window(2, 2).build(),
        new SoftmaxCrossEntropy.Spec(side, side, SoftmaxCrossEntropy.Reduction.MEAN),
        new DenseLoss.Spec(DenseLoss.Kind.BINARY_CROSS_ENTROPY, side, side),
        new Softmax.Spec(side, side, false),
        new Relu.Spec(HUGE),
        new Activation.Spec(Activation.Kind.TANH, HUGE),
        new BiasAdd.Spec(side, side),
        new Add.Spec(HUGE),
        new BatchNorm.Spec(side, side, side),
        new Dropout.Spec(HUGE, 0.5f, 1),
        Augment.builder().input(side, 1024, 1024, 1).build(),
        new Adam.Spec(HUGE),
        new Sgd.Spec(HUGE, 0.9f, false, 0),
        new RmsProp.Spec(HUGE),
        new ClipNorm.Spec(HUGE, 1),
        new ClipValue.Spec(HUGE, -1, 1),
        new GatherBatch.Spec(DataType.UINT8, side, side, side, side, 1 / 255f, 0));
  }

  @Test
  void theLargestProblemIsDescribedForNothing() {
    assertThat(huge()).hasSameSizeAs(OpSpec.class.getPermittedSubclasses());
    for (OpSpec<?> spec : huge()) {
      for (Run<?> run : Cases.inTraining(spec).runs()) {
        assertThat(run.arguments())
            .as("%s %s", spec.describe(), run.pass())
            .anyMatch(argument -> argument.count() >= HUGE);
      }
    }
  }

  /** What a benchmark fills its buffers from, whatever their size. */
  @Test
  void theLargestProblemHasPieces() {
    for (OpSpec<?> spec : huge()) {
      for (Run<?> run : Cases.inTraining(spec).runs()) {
        Set<String> made = written(run.before());
        for (Argument argument : run.arguments()) {
          if (!made.contains(argument.role())) {
            assertThat(argument.piece(1000).count())
                .as("%s of %s", argument.role(), spec.describe())
                .isEqualTo((int) Math.min(1000, argument.count()));
          }
        }
      }
    }
  }

  private static Set<String> written(@Nullable Run<?> run) {
    Set<String> roles = new HashSet<>();
    if (run != null) {
      run.arguments().stream().filter(Argument::written).forEach(a -> roles.add(a.role()));
    }
    return roles;
  }

  @Test
  void aPieceIsTheBeginning() {
    for (Case<?> problem : Cases.all()) {
      for (Run<?> run : problem.runs()) {
        for (Argument argument : run.arguments()) {
          requireBeginnings(problem, argument);
        }
      }
    }
  }

  /** Odd lengths, since bytes are drawn eight at a time; once before the whole is made. */
  private static void requireBeginnings(Case<?> problem, Argument argument) {
    Values before = argument.piece(13);
    Values whole = argument.initial();
    assertThat(whole.count()).isEqualTo((int) argument.count());
    assertThat(whole.type()).isEqualTo(argument.type());
    for (Values piece : List.of(before, argument.piece(3), argument.piece(argument.count() + 1))) {
      Values beginning = whole.first(piece.count());
      assertThat(piece.mismatch(beginning))
          .as("%s of %s", argument.role(), problem.name())
          .isEqualTo(-1);
    }
    assertThat(before.count()).isEqualTo((int) Math.min(13, argument.count()));
  }

  @Test
  void theWholeIsMadeOnce() {
    for (Run<?> run : Cases.of(new Relu.Spec(5), Fill.REAL).runs()) {
      for (Argument argument : run.arguments()) {
        assertThat(argument.initial()).isSameAs(argument.initial());
      }
    }
  }

  /** What a run needs to have run before gives it the very inputs that the reference gives. */
  @Test
  void whatRunsBeforeWritesWhatIsRead() {
    int found = 0;
    for (Case<?> problem : Cases.all()) {
      for (Run<?> run : problem.runs()) {
        if (problem.plain() && run.before() != null) {
          Set<String> read = new HashSet<>();
          run.arguments().stream().filter(a -> !a.written()).forEach(a -> read.add(a.role()));
          assertThat(written(run.before())).as(problem.name()).isSubsetOf(read);
          found++;
        }
      }
    }
    assertThat(found).isGreaterThan(50);
  }
}
