package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.Kernel;
import dev.quern.core.SpecException;
import dev.quern.core.Stream;
import dev.quern.kernels.Precision;
import dev.quern.train.data.DataSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A network on a device: its weights, and the ways to train, measure and ask it. Belongs to one
 * thread at a time, but for {@link #requestStop}. Closing it frees all its memory.
 */
public final class Model implements AutoCloseable {
  static final int PURPOSE_WEIGHTS = 1;
  static final int PURPOSE_SHUFFLE = 2;
  static final int PURPOSE_LAYERS = 3;

  private final Network network;
  private final Device device;
  private final Optimizer optimizer;
  private final Loss loss;
  private final long seed;
  private final Precision precision;
  private final List<Runnable> closing = new ArrayList<>();
  private final Stream stream;
  private final Parameters parameters;
  private final Optimizer.Update update;
  private final Totals totals;
  private int epochsTrained;
  private long stepsTrained;
  private volatile boolean stopRequested;

  Model(
      Network network,
      Device device,
      Optimizer optimizer,
      Loss loss,
      long seed,
      Precision precision) {
    loss.requireOutput(network.output());
    this.network = network;
    this.device = device;
    this.optimizer = optimizer;
    this.loss = loss;
    this.seed = seed;
    this.precision = precision;
    try {
      stream = device.newStream();
      closing.add(stream::close);
      parameters = new Parameters(device, network.weightSpecs(), optimizer.states());
      closing.add(parameters::close);
      update = optimizer.prepare(device, parameters);
      for (Kernel kernel : update.kernels()) {
        closing.add(kernel::close);
        stream.reserveWorkspace(kernel.workspaceBytes());
      }
      totals = new Totals(device, stream);
      closing.add(totals::close);
      parameters.initialize(stream, seed, optimizer.learningRate().checked(0));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Closes the device with the model. */
  Model owningDevice() {
    closing.add(0, device::close);
    return this;
  }

  /** The network's description. */
  public Network network() {
    return network;
  }

  /** The device that the model is on. */
  public Device device() {
    return device;
  }

  Stream stream() {
    return stream;
  }

  Loss loss() {
    return loss;
  }

  long seed() {
    return seed;
  }

  Parameters parameters() {
    return parameters;
  }

  Optimizer.Update update() {
    return update;
  }

  Totals totals() {
    return totals;
  }

  /** The settings of a plan for batches of so many rows. */
  Plan.Settings plan(int batch, boolean training) {
    return new Plan.Settings(batch, training, precision, seed, loss);
  }

  /** The learning rates of epochs of so many steps; null if there is one for ever. */
  @Nullable Rates newRates(int steps) {
    Schedule schedule = optimizer.learningRate();
    return schedule instanceof Schedule.Constant
        ? null
        : new Rates(device, stream, update, schedule, parameters.learningRate(), steps);
  }

  /** The number of the epoch that begins, from 0, over all fits. */
  int beginEpoch() {
    return epochsTrained++;
  }

  /** Number of steps over all fits. */
  long stepsTrained() {
    return stepsTrained;
  }

  /** Counts steps; returns whether these were the very first. */
  boolean countSteps(int steps) {
    boolean first = stepsTrained == 0;
    stepsTrained += steps;
    return first;
  }

  boolean stopRequested() {
    return stopRequested;
  }

  /**
   * Trains.
   *
   * @param data what to learn from; it must be what network and loss take
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
    try (Training training = new Training(this, data, settings)) {
      return training.run();
    } finally {
      stopRequested = false;
    }
  }

  /**
   * Changes the learning rate, for all steps from now on.
   *
   * @throws SpecException if the optimizer has a schedule, which would take the rate back
   */
  public void setLearningRate(double rate) {
    if (!(optimizer.learningRate() instanceof Schedule.Constant)) {
      throw new SpecException("the learning rate follows a schedule and cannot be set by hand");
    }
    float checked = Schedule.constant(rate).checked(stepsTrained);
    stream.write(parameters.learningRate(), new float[] {checked});
  }

  /** The learning rate of the last step, or of the next one where it does not change by itself. */
  public float learningRate() {
    return stream.readFloats(parameters.learningRate())[0];
  }

  /** Loss and accuracy over a data set, without training; {@code batch} rows at a time. */
  public Evaluation evaluate(DataSet data, int batch) {
    requireFitting(data);
    try (Evaluator evaluator = evaluator(data, batch)) {
      return evaluator.run();
    }
  }

  Evaluator evaluator(DataSet data, int batch) {
    requireFitting(data);
    if (batch < 1) {
      throw new SpecException("evaluate: batch must be at least 1, but is " + batch);
    }
    return new Evaluator(device, network, parameters, plan(batch, false), data);
  }

  /**
   * What the network answers to each row: with a categorical loss the probability of each class.
   *
   * @return [rows][outputs]
   */
  public float[][] predict(DataSet data) {
    requireFitting(data);
    return Prediction.of(this, data);
  }

  private void requireFitting(DataSet data) {
    loss.requireFitting(network, data);
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
    WeightFile.save(this, file);
  }

  /**
   * Reads all weights from a file that {@link #save} wrote of the same network.
   *
   * @throws dev.quern.train.data.DataException if the file is missing or damaged, or if it holds
   *     other names or shapes; the model then stays as it is
   */
  public void load(Path file) {
    WeightFile.load(this, file);
  }

  /**
   * Reads those weights from a file that it holds under the same name in the same shape, and leaves
   * all others: what a network takes over from one that was trained for another purpose.
   *
   * @return the names that were read
   * @throws dev.quern.train.data.DataException if the file is missing or damaged
   */
  public List<String> loadMatching(Path file) {
    return loadMatching(file, name -> true);
  }

  /** As {@link #loadMatching(Path)}, of the names that pass alone. */
  public List<String> loadMatching(Path file, Predicate<String> wanted) {
    return WeightFile.loadMatching(this, file, wanted);
  }

  @Override
  public void close() {
    closing.reversed().forEach(Runnable::run);
    closing.clear();
  }
}
