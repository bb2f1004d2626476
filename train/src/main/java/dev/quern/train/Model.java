package dev.quern.train;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Samples;
import dev.quern.train.data.Split;
import dev.quern.train.files.Safetensors;
import dev.quern.train.optimizers.Schedule;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * A network on a device: its weights, and the ways to train, measure and ask it. Belongs to one
 * thread at a time, but for {@link #requestStop}. Closing it frees all its memory.
 */
public final class Model implements AutoCloseable {
  static final int PURPOSE_WEIGHTS = 1;
  static final int PURPOSE_SHUFFLE = 2;
  static final int PURPOSE_LAYERS = 3;

  private final Setup setup;
  private final DeviceState state;
  private final Weights weights;
  private final Progress progress;
  private List<String> classNames = List.of();
  private boolean ownsDevice;

  Model(Setup setup) {
    this.setup = setup;
    setup.loss().requireOutput(setup.network());
    progress = new Progress(setup.loss());
    state = new DeviceState(setup);
    weights = new Weights(state.parameters(), state.stream());
  }

  /** Closes the device with the model. */
  Model owningDevice() {
    ownsDevice = true;
    return this;
  }

  /** The network's description. */
  public Network network() {
    return setup.network();
  }

  /** What training makes small. */
  public Loss loss() {
    return setup.loss();
  }

  /** The device that the model is on. */
  public Device device() {
    return setup.device();
  }

  /** What the model was made with. */
  Setup setup() {
    return setup;
  }

  /** What the model has on the device. */
  DeviceState state() {
    state.requireOpen();
    return state;
  }

  Weights weights() {
    state.requireOpen();
    return weights;
  }

  Progress progress() {
    return progress;
  }

  /**
   * Trains.
   *
   * @param data what to learn from; it must be what network and loss take
   * @return an entry an epoch
   */
  public History fit(DataSet data, Fit settings) {
    requireFitting(data);
    if (network().entries().stream().noneMatch(Network.Entry::trains)) {
      throw new SpecException(
          "fit: there is nothing to train: no layer has weights that are not frozen");
    }
    Split split = settings.split(data);
    DataSet rows = split == null ? data : split.train();
    DataSet test = split == null ? settings.validation() : split.validation();
    if (test != null) {
      requireFitting(test);
    }
    try (Training training = new Training(this, rows, test, settings)) {
      return training.run();
    } finally {
      progress.stopDone();
    }
  }

  /** The whole epochs that this model has been trained, also before it was saved and opened. */
  public History history() {
    return progress.history();
  }

  /** Number of whole epochs trained; {@link #fit} goes on with the next one. */
  public int epochsTrained() {
    return progress.history().lastEpoch();
  }

  /** Number of steps trained. */
  public long stepsTrained() {
    return progress.steps();
  }

  /**
   * Changes the learning rate, for all steps from now on.
   *
   * @throws SpecException if the optimizer has a schedule, which would take the rate back
   */
  public void setLearningRate(double rate) {
    if (!(setup.optimizer().learningRate() instanceof Schedule.Constant)) {
      throw new SpecException("the learning rate follows a schedule and cannot be set by hand");
    }
    weights().learningRate(Schedule.constant(rate).checked(stepsTrained()));
  }

  /** The learning rate of the last step, or of the next one where it does not change by itself. */
  public float learningRate() {
    return weights().learningRate();
  }

  /** Loss and accuracy over a data set, without training; 128 rows at a time. */
  public Evaluation evaluate(DataSet data) {
    return evaluate(data, Prediction.BATCH);
  }

  /** Loss and accuracy over a data set, without training; {@code batch} rows at a time. */
  public Evaluation evaluate(DataSet data, int batch) {
    try (Evaluator evaluator = Evaluator.of(this, data, batch)) {
      return evaluator.run();
    }
  }

  /**
   * What the network answers to each row: with a categorical loss the probability of each class.
   *
   * @return [rows][outputs]
   */
  public float[][] predict(DataSet data) {
    return Prediction.of(this, data);
  }

  /** As {@link #predict(DataSet)}, of rows of which nobody knows what is right. */
  public float[][] predict(Samples rows) {
    return predict(rows.labelled(new int[rows.count()], 1)); // a prediction never looks at them
  }

  private void requireFitting(DataSet data) {
    setup.loss().requireFitting(network(), data);
  }

  /** Ends {@link #fit} after the step under way; what was learned stays. From any thread. */
  public void requestStop() {
    progress.requestStop(null);
  }

  /**
   * The same, with a reason for {@link History#stopReason}.
   *
   * @param why one sentence without a full stop
   */
  public void requestStop(String why) {
    progress.requestStop(why);
  }

  /** What classes are called, in their order; empty if nobody said. */
  public List<String> classNames() {
    return classNames;
  }

  /** Says what classes are called; saved with the model. */
  public void classNames(List<String> names) {
    classNames = Checkpoint.requireNames(network(), names);
  }

  /** Names of all weights, {@code layer/weight}, in the order of the layers. */
  public List<String> weightNames() {
    return weights().names();
  }

  /** Shape of a weight in Keras's order. */
  public List<Integer> weightShape(String name) {
    return weights().shape(name);
  }

  /** A weight's elements in Keras's order. */
  public float[] weight(String name) {
    return weights().read(name);
  }

  /**
   * The gradient by a weight in the last step, in Keras's order.
   *
   * @throws SpecException if the weight is not trained
   */
  public float[] gradient(String name) {
    return weights().gradient(name);
  }

  /**
   * Replaces a weight.
   *
   * @param values as many elements as the weight has, in Keras's order
   */
  public void setWeight(String name, float[] values) {
    weights().write(name, values);
  }

  /**
   * Writes the whole model to a safetensors file, from which {@link #open} goes on: weights under
   * their names and in Keras's order, for any reader; the optimizer's state; the network, all
   * settings and the history. The same training gives the same bytes.
   *
   * @throws SpecException if a layer or schedule of your own is no record, or one with settings
   *     other than numbers, texts, enums and records and lists of them
   * @throws dev.quern.train.data.DataException if the file cannot be written; an old one then stays
   */
  public void save(Path file) {
    Checkpoint.write(file, this);
  }

  /**
   * Writes the weights alone, likewise.
   *
   * @throws dev.quern.train.data.DataException if the file cannot be written; an old one then stays
   */
  public void saveWeights(Path file) {
    Safetensors.write(file, weights().arrays());
  }

  /**
   * A model as it was saved. Training it goes on with the same bytes as if it had never stopped.
   *
   * @param device where; must stay open as long as the model
   * @throws dev.quern.train.data.DataException if the file is missing, damaged, of a newer version,
   *     or holds no whole model
   */
  public static Model open(Path file, Device device) {
    return Checkpoint.read(file).open(device);
  }

  /** Takes over what a file holds, which is known to fit. */
  void restore(Checkpoint saved) {
    weights().restore(saved.values(), Math.toIntExact(saved.steps()));
    weights().learningRate(saved.learningRate());
    progress.restore(saved.history(), saved.steps());
    classNames = saved.classNames();
  }

  /**
   * Reads all weights from a file that {@link #save} or {@link #saveWeights} wrote of the same
   * network; what else the file holds stays there.
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
    state.close();
    if (ownsDevice) {
      device().close();
    }
  }
}
