package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Softmax;
import dev.quern.train.data.DataSet;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A network on a device: its weights, and the ways to train, measure and ask it. Belongs to one
 * thread at a time, but for {@link #requestStop}. Closing it frees all its memory.
 */
public final class Model implements AutoCloseable {
  /** Steps whose losses are summed up in float32 before the host takes them over in double. */
  static final int COLLECT_STEPS = 64;

  static final int PURPOSE_WEIGHTS = 1;
  static final int PURPOSE_SHUFFLE = 2;
  static final int PURPOSE_LAYERS = 3;

  private final Network network;
  private final Device device;
  private final Stream stream;
  private final long seed;
  private final Precision precision;
  private final Parameters parameters;
  private final Optimizer.Update update;
  private final Totals totals;
  private int epochsTrained;
  private long stepsTrained;
  private volatile boolean stopRequested;

  Model(Network network, Device device, Optimizer optimizer, long seed, Precision precision) {
    this.network = network;
    this.device = device;
    this.seed = seed;
    this.precision = precision;
    stream = device.newStream();
    parameters = new Parameters(device, network.weightSpecs(), optimizer.states());
    update = optimizer.prepare(device, parameters);
    stream.reserveWorkspace(update.kernel().workspaceBytes());
    totals = new Totals(device, stream);
    parameters.initialize(stream, seed, optimizer.learningRate());
  }

  /** The network's description. */
  public Network network() {
    return network;
  }

  /**
   * Trains.
   *
   * @param data what to learn from; its shape and classes must be the network's
   * @return an entry an epoch
   */
  public History fit(DataSet data, Fit settings) {
    requireFitting(data);
    if (network.entries().stream().noneMatch(Network.Entry::trains)) {
      throw new SpecException(
          "fit: there is nothing to train: no layer of the network has weights that are not"
              + " frozen");
    }
    if (settings.validation() != null) {
      requireFitting(settings.validation());
    }
    History history = new History();
    Plan.Settings plan = new Plan.Settings(settings.batch(), true, precision, seed);
    try (DeviceData rows = new DeviceData(device, stream, data);
        Plan forwardAndBack = new Plan(network, device, stream, parameters, plan);
        TrainingStep step = step(forwardAndBack, plan, rows, update);
        Validation validation = new Validation(this, settings)) {
      for (int epoch = 1; epoch <= settings.epochs() && !stopRequested; epoch++) {
        settings.listener().epochBegins(epoch, settings.epochs(), rows.batches(settings.batch()));
        History.Epoch result = epoch(rows, step, validation, settings);
        history.add(result);
        settings.listener().epochEnds(epoch, result);
      }
    } finally {
      stopRequested = false;
    }
    return history;
  }

  /** The validation data of a fit, planned when it is first needed: not before the first step. */
  private static final class Validation implements AutoCloseable {
    private final Model model;
    private final Fit settings;
    private @Nullable Evaluator evaluator;

    Validation(Model model, Fit settings) {
      this.model = model;
      this.settings = settings;
    }

    @Nullable Evaluation run() {
      DataSet data = settings.validation();
      if (data == null || model.stopRequested) {
        return null;
      }
      if (evaluator == null) {
        evaluator = model.evaluator(data, settings.batch());
      }
      return evaluator.run();
    }

    @Override
    public void close() {
      if (evaluator != null) {
        evaluator.close();
      }
    }
  }

  private History.Epoch epoch(
      DeviceData rows, TrainingStep step, Validation validation, Fit settings) {
    long key = SeededRandom.key(seed, PURPOSE_SHUFFLE, epochsTrained++);
    if (settings.shuffle()) {
      rows.rewind(stream, new SeededRandom(key).permutation(rows.count()));
    } else {
      rows.rewind(stream);
    }
    totals.reset();
    long start = System.nanoTime();
    int steps = rows.batches(settings.batch());
    int done = 0;
    long seen = 0;
    while (done < steps && !stopRequested) {
      int enqueued = step.run(stepsUntilRead(done, steps, settings));
      done += enqueued;
      boolean first = stepsTrained == 0;
      stepsTrained += enqueued;
      if (first) {
        stream.synchronize();
        settings.listener().firstStepDone();
      }
      seen = Math.min((long) done * settings.batch(), rows.count());
      boolean reports = done % settings.progressSteps() == 0 || done == steps;
      if (reports || done % COLLECT_STEPS == 0) {
        totals.collect();
      }
      if (reports) {
        double rate = seen / seconds(start);
        settings.listener().progress(done, totals.meanLoss(seen), totals.accuracy(seen), rate);
      }
    }
    totals.collect();
    double seconds = seconds(start);
    double loss = totals.meanLoss(seen);
    double accuracy = totals.accuracy(seen);
    return new History.Epoch(loss, accuracy, validation.run(), seconds, seen / seconds);
  }

  /** How many steps may go by before the host reads the totals again. */
  private static int stepsUntilRead(int done, int steps, Fit settings) {
    int untilReport = settings.progressSteps() - done % settings.progressSteps();
    int untilCollection = COLLECT_STEPS - done % COLLECT_STEPS;
    return Math.min(steps - done, Math.min(untilReport, untilCollection));
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Loss and accuracy over a data set, without training; {@code batch} rows at a time. */
  public Evaluation evaluate(DataSet data, int batch) {
    requireFitting(data);
    try (Evaluator evaluator = evaluator(data, batch)) {
      return evaluator.run();
    }
  }

  private Evaluator evaluator(DataSet data, int batch) {
    requireFitting(data);
    if (batch < 1) {
      throw new SpecException("evaluate: batch must be at least 1, but is " + batch);
    }
    Plan.Settings settings = new Plan.Settings(batch, false, precision, seed);
    return new Evaluator(device, network, parameters, settings, data);
  }

  private TrainingStep step(
      Plan plan, Plan.Settings settings, DeviceData rows, Optimizer.@Nullable Update with) {
    return new TrainingStep(
        device, stream, plan, settings, network.output().elements(), rows, totals, with);
  }

  /**
   * The probability of each class for each row.
   *
   * @return [rows][classes], each row adding up to 1
   */
  public float[][] predict(DataSet data) {
    requireFitting(data);
    int classes = network.output().elements();
    int batch = Math.max(1, Math.min(data.count(), 128));
    float[][] probabilities = new float[data.count()][];
    try (Evaluator rows = evaluator(data, batch);
        Softmax softmax = device.prepare(new Softmax.Spec(batch, classes))) {
      Stream own = rows.stream();
      own.reserveWorkspace(softmax.workspaceBytes());
      rows.rewind();
      for (int from = 0; from < data.count(); from += batch) {
        rows.next();
        softmax.forward(own, rows.plan().output(), rows.plan().output());
        float[] all = own.readFloats(rows.plan().output());
        for (int i = from; i < Math.min(from + batch, data.count()); i++) {
          int start = (i - from) * classes;
          probabilities[i] = Arrays.copyOfRange(all, start, start + classes);
        }
      }
    }
    return probabilities;
  }

  private void requireFitting(DataSet data) {
    Shape shape = new Shape(data.height(), data.width(), data.channels());
    int classes = network.output().elements();
    if (!shape.equals(network.input()) || data.classes() > classes || data.count() == 0) {
      throw new SpecException(
          "the network takes rows of %s in up to %d classes, but %s has %d rows of %s in %d classes"
              .formatted(
                  network.input(), classes, data.name(), data.count(), shape, data.classes()));
    }
  }

  /** Ends {@link #fit} after the step under way; what was learned stays. From any thread. */
  public void requestStop() {
    stopRequested = true;
  }

  /** Names of all weights, {@code layer/weight}, in the order of the layers. */
  public List<String> weightNames() {
    return List.copyOf(parameters.weights().keySet());
  }

  /** Shape of a weight in Keras's order. */
  public List<Integer> weightShape(String name) {
    return parameters.weight(name).spec().shape();
  }

  /** A weight's elements in Keras's order. */
  public float[] weight(String name) {
    Parameters.Weight weight = parameters.weight(name);
    return weight.spec().toKeras().apply(stream.readFloats(weight.value()));
  }

  /**
   * The gradient by a weight in the last step, in Keras's order.
   *
   * @throws SpecException if the weight is not trained
   */
  public float[] gradient(String name) {
    Parameters.Weight weight = parameters.weight(name);
    if (weight.gradient() == null) {
      throw new SpecException("weight '" + name + "' is not trained, so it has no gradient");
    }
    return weight.spec().toKeras().apply(stream.readFloats(weight.gradient()));
  }

  /**
   * Replaces a weight.
   *
   * @param values as many elements as the weight has, in Keras's order
   */
  public void setWeight(String name, float[] values) {
    Parameters.Weight weight = parameters.weight(name);
    if (values.length != weight.spec().count()) {
      throw new SpecException(
          "weight '%s' has shape %s, which is %d elements, but %d were given"
              .formatted(name, weight.spec().shape(), weight.spec().count(), values.length));
    }
    stream.write(weight.value(), weight.spec().toDevice().apply(values.clone()));
  }

  /**
   * Writes all weights to a safetensors file, under their names and in Keras's order. The same
   * weights give the same bytes.
   *
   * @throws dev.quern.train.data.DataException if the file cannot be written; an old one then stays
   */
  public void save(Path file) {
    Safetensors.write(
        file,
        weightNames().stream()
            .map(name -> new Safetensors.Array(name, weightShape(name), weight(name)))
            .toList());
  }

  @Override
  public void close() {
    totals.close();
    update.kernel().close();
    parameters.close();
    stream.close();
  }
}
