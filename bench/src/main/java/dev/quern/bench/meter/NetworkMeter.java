package dev.quern.bench.meter;

import dev.quern.bench.result.Measurement;
import dev.quern.bench.result.PeerResult;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Summary;
import dev.quern.bench.suite.Problem;
import dev.quern.core.DeviceInfo;
import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import dev.quern.train.optimizers.Optimizer;
import java.util.List;
import java.util.function.Supplier;

/**
 * A whole network on drawn digits, by the host's clock over whole epochs, as a user would see it:
 * training, or the answering of questions. The first epoch is left out, since it prepares.
 */
final class NetworkMeter {
  private static final long SEED = 1;
  private static final int LEAST_EPOCHS = 3;

  /** What an epoch of training takes in: some milliseconds on a GPU, half a second on a CPU. */
  private static final int ROWS_GPU = 61_440;

  private static final int ROWS_CPU = 4096;

  /** With no time at all: to see that it works. */
  private static final int ROWS_LEAST = 512;

  /** Until Java has compiled all kernels. */
  private static final double WARM_UP_CPU = 3;

  /** The end of warming up what never gets steady, as a multiple. */
  private static final double LONGEST_WARM_UP = 4;

  /** What counts as faster, as a share of the best so far. */
  private static final double FASTER = 0.97;

  private final Conditions conditions;
  private final Supplier<Network> network;
  private final Problem.Network problem;
  private final boolean training;
  private final int batch;

  /**
   * A meter.
   *
   * @param network makes the network
   */
  NetworkMeter(Conditions conditions, Supplier<Network> network, Problem.Network problem) {
    this.conditions = conditions;
    this.network = network;
    this.problem = problem;
    training = problem.training();
    batch = problem.batch();
  }

  Result measure() {
    boolean cpu = conditions.device().info().kind() == DeviceInfo.Kind.CPU;
    int rows = conditions.seconds() == 0 ? ROWS_LEAST : cpu ? ROWS_CPU : ROWS_GPU;
    int steps = (rows + batch - 1) / batch;
    DataSet digits = SyntheticDigits.draw(rows, SEED);
    try (Model model =
        network
            .get()
            .compile(
                conditions.device(),
                Optimizer.adam(),
                Loss.SPARSE_CATEGORICAL_CROSSENTROPY,
                SEED,
                conditions.precision())) {
      double warmUp = cpu && conditions.seconds() > 0 ? WARM_UP_CPU : 0;
      Summary step =
          epochs(model, digits, new Epochs(model, warmUp, conditions.seconds(), LEAST_EPOCHS))
              .dividedBy(steps);
      List<PeerResult> peers =
          conditions
              .rivals()
              .meet(
                  problem,
                  nanos -> epochs(model, digits, new Epochs(model, 0, 0, 1)).median() / steps);
      return Result.ok(problem.name(), measurement(step, steps, (double) rows / steps), peers);
    }
  }

  private Measurement measurement(Summary step, int steps, double images) {
    String how = training ? "fit" : "evaluate";
    return new Measurement(how, false, null, step, null, null, null, steps, 0, 0, images);
  }

  /** Trains, or evaluates again and again; the first time prepares and does not count. */
  private Summary epochs(Model model, DataSet digits, Epochs epochs) {
    Fit fit = Fit.epochs(Integer.MAX_VALUE).batch(batch).callbacks(epochs);
    // A validation is an evaluation that is prepared once; a step of training goes before it.
    model.fit(
        training ? digits : SyntheticDigits.draw(batch, SEED),
        training ? fit : fit.validation(digits));
    return epochs.summary();
  }

  /** Times epochs, and ends training when there are enough. */
  private final class Epochs implements Callback {
    private final Model model;
    private final double warmUp;
    private final double seconds;
    private final int least;
    private final CalmSamples<Double> nanos = new CalmSamples<>(conditions.calm());
    private final long created = System.nanoTime();
    private long faster = created;
    private double best = Double.POSITIVE_INFINITY;
    private boolean warm;
    private long trained;

    Epochs(Model model, double warmUp, double seconds, int least) {
      this.model = model;
      this.warmUp = warmUp;
      this.seconds = seconds;
      this.least = least;
    }

    @Override
    public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
      trained = System.nanoTime();
    }

    @Override
    public void epochEnds(int epoch, History.Epoch result) {
      long now = System.nanoTime();
      double took = training ? result.seconds() * 1e9 : now - trained;
      if (!warm) {
        if (warmUp > 0) {
          conditions.device().settle();
        }
        warm = isWarm(now, took); // the first one prepares
        return;
      }
      nanos.add(took);
      if (nanos.list().size() >= least && spent() >= seconds * 1e9 && nanos.look()) {
        model.requestStop();
      }
    }

    private double spent() {
      return nanos.list().stream().mapToDouble(Double::doubleValue).sum();
    }

    /** After the time for it, and when for half as long it has got no faster; or never. */
    private boolean isWarm(long now, double took) {
      if (took < FASTER * best) {
        faster = now;
      }
      best = Math.min(best, took);
      double spent = (now - created) / 1e9;
      boolean steady = (now - faster) / 1e9 >= warmUp / 2;
      return spent >= (steady ? warmUp : LONGEST_WARM_UP * warmUp);
    }

    Summary summary() {
      return Summary.of(nanos.list().stream().mapToDouble(Double::doubleValue).toArray());
    }
  }
}
