package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;
import dev.quern.core.Kernel;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Expected;
import dev.quern.kernels.cases.Fill;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Values;
import java.util.Map;

/**
 * Prepares a peer's run, looks at its answers and warms it up, so that nothing is timed that is
 * wrong.
 */
public final class Rehearsal {
  private static final long PARAMETERS = 225_034;
  private static final int CLASSES = 10;

  /** Steps whose losses are averaged, before and after. */
  private static final int STEPS = 8;

  /** Steps in between. */
  private static final int LEARNING = 60;

  /** What must be left of the loss at most; it is below a fifth with any of the peers. */
  private static final double MOST_LEFT = 0.6;

  private final Peer peer;

  /** Of this peer's runs. */
  public Rehearsal(Peer peer) {
    this.peer = peer;
  }

  /**
   * A run whose answers are right and which is as fast as it gets.
   *
   * @throws NotOfferedException if the peer does not offer it
   * @throws PeerException if its answers are wrong
   */
  public PeerRun of(Problem problem) {
    PeerRun run = checked(problem);
    try {
      new WarmUp(problem instanceof Problem.Kernel).of(run);
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  /**
   * A run whose answers are right, not warmed up.
   *
   * @throws NotOfferedException if the peer does not offer it
   * @throws PeerException if its answers are wrong
   */
  public PeerRun checked(Problem problem) {
    return switch (problem) {
      case Problem.Kernel kernel -> kernel(kernel);
      case Problem.Network network ->
          network.training()
              ? learning(peer.training(new Digits(network.batch())))
              : answering(peer.inference(new Digits(network.batch())), network.batch());
      case Problem.Transfer transfer ->
          throw new NotOfferedException(transfer.name() + " is a matter of the device alone");
    };
  }

  private KernelRun kernel(Problem.Kernel problem) {
    if (!problem.isChecked()) {
      return peer.kernel(problem, new RandomOperands());
    }
    Run<?> right = right(Cases.of(problem.spec(), Fill.REAL), problem);
    KernelRun run = peer.kernel(problem, new CaseOperands(right.arguments()));
    try {
      run.run();
      run.await();
      requireRight(run.outputs(), right.reference().get());
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private static <K extends Kernel> Run<K> right(Case<K> all, Problem.Kernel problem) {
    return all.runs().stream()
        .filter(run -> run.pass() == problem.pass())
        .findFirst()
        .orElseThrow(() -> new NotOfferedException("it has no pass " + problem.pass()));
  }

  private static void requireRight(Map<String, Values> outputs, Map<String, Expected> expected) {
    if (outputs.isEmpty()) {
      throw new PeerException("it gives no output to compare");
    }
    outputs.forEach(
        (role, values) -> {
          Expected right = expected.get(role);
          // Libraries may rearrange sums, so that whole numbers need not come out exactly.
          String wrong = right == null ? "is no output" : right.mismatch(values, true);
          if (wrong != null) {
            throw new PeerException("wrong answer: " + role + ": " + wrong);
          }
        });
  }

  private static TrainingRun learning(TrainingRun run) {
    try {
      requireSame(run.parameters());
      double before = loss(run, STEPS);
      for (int step = 0; step < LEARNING; step++) {
        run.run();
      }
      double after = loss(run, STEPS);
      if (!(after < MOST_LEFT * before)) {
        throw new PeerException(
            "it does not learn: a loss of %.3f is %.3f after %d steps"
                .formatted(before, after, STEPS + LEARNING));
      }
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private static double loss(TrainingRun run, int steps) {
    double sum = 0;
    for (int step = 0; step < steps; step++) {
      run.run();
      sum += run.loss();
    }
    return sum / steps;
  }

  private static InferenceRun answering(InferenceRun run, int batch) {
    try {
      requireSame(run.parameters());
      run.run();
      float[] probabilities = run.probabilities();
      if (probabilities.length != batch * CLASSES) {
        throw new PeerException(
            "wrong answer: %d probabilities instead of %d x %d"
                .formatted(probabilities.length, batch, CLASSES));
      }
      for (int row = 0; row < batch; row++) {
        requireDistribution(probabilities, row);
      }
      return run;
    } catch (RuntimeException e) {
      run.close();
      throw e;
    }
  }

  private static void requireDistribution(float[] probabilities, int row) {
    double sum = 0;
    for (int i = row * CLASSES; i < (row + 1) * CLASSES; i++) {
      sum += probabilities[i] >= 0 ? probabilities[i] : Double.NaN;
    }
    if (!(Math.abs(sum - 1) < 1e-3)) {
      throw new PeerException(
          "wrong answer: the probabilities of picture %d add up to %s".formatted(row, sum));
    }
  }

  private static void requireSame(long parameters) {
    if (parameters != PARAMETERS) {
      throw new PeerException(
          "another network: %d parameters instead of %d".formatted(parameters, PARAMETERS));
    }
  }
}
