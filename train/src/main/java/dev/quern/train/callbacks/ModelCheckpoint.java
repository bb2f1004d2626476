package dev.quern.train.callbacks;

import dev.quern.train.Callback;
import dev.quern.train.Checkpoint;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import dev.quern.train.data.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Saves the model after each epoch, or after each that is the best so far, as in Keras. An epoch
 * that was cut short is not saved, so that what {@link Model#open} goes on from is always what an
 * unbroken training had, too.
 */
public final class ModelCheckpoint implements Callback {
  private static final String EPOCH = "{epoch}";

  private final Path file;
  private final @Nullable Monitor monitor;
  private @Nullable Model model;
  private double best = Double.NaN;

  private ModelCheckpoint(Path file, @Nullable Monitor monitor) {
    this.file = file;
    this.monitor = monitor;
  }

  /**
   * Saves after each epoch.
   *
   * @param file where to; with {@code {epoch}} in its name a file an epoch, otherwise one that is
   *     replaced
   */
  public static ModelCheckpoint to(Path file) {
    return new ModelCheckpoint(file, null);
  }

  /** Saves only what is better than all epochs of the model before, also those before a resume. */
  public ModelCheckpoint bestOnly(Monitor by) {
    return new ModelCheckpoint(file, by);
  }

  /** The file of an epoch. */
  public Path file(int epoch) {
    return Path.of(file.toString().replace(EPOCH, Integer.toString(epoch)));
  }

  @Override
  public void trainingBegins(Model trained, Fit settings) {
    Path folder = file(1).toAbsolutePath().getParent();
    if (folder == null || !Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new DataException(
          "%s: a checkpoint must be a file in a folder that exists and may be written to"
              .formatted(file));
    }
    Checkpoint.requireSavable(trained);
    model = trained;
    best = Double.NaN;
    if (monitor != null) {
      monitor.require("model checkpoint", trained, settings);
      trained.history().epochs().forEach(this::isBest);
    }
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    if (model != null && model.epochsTrained() == epoch && isBest(result)) {
      model.save(file(epoch));
    }
  }

  /** Whether an epoch is to be saved; remembers it if so. */
  private boolean isBest(History.Epoch result) {
    if (monitor == null) {
      return true;
    }
    double value = monitor.of(result);
    boolean better = monitor.isBetter(value, best, 0);
    best = better ? value : best;
    return better;
  }
}
