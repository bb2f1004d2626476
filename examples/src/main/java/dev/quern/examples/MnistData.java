package dev.quern.examples;

import dev.quern.train.Network;
import dev.quern.train.Shape;
import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.FileErrors;
import dev.quern.train.data.Mnist;
import dev.quern.train.data.SyntheticDigits;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the digits come from: the folder that was asked for, {@code QUERN_MNIST_DIR}, the user's
 * cache, a download into it, and without a network drawn digits.
 *
 * @param train what to learn from
 * @param test what to be measured on
 * @param source where they came from, for people and for the JSON file
 */
record MnistData(DataSet train, DataSet test, String source) {
  static final String SYNTHETIC = "synthetic";

  private static final int SYNTHETIC_TRAIN = 20_000;
  private static final int SYNTHETIC_TEST = 4_000;

  /**
   * Loads the digits.
   *
   * @param asked a folder, {@code synthetic}, or empty for the usual places
   * @param environment the process's variables
   * @param download where the files come from if they are nowhere
   * @param err hears about downloads and replacements
   * @throws DataException if a folder that was named is missing or broken; it is never replaced
   */
  static MnistData load(
      String asked, Map<String, String> environment, MnistDownload download, PrintWriter err) {
    if (asked.equals(SYNTHETIC)) {
      return synthetic();
    }
    if (!asked.isEmpty()) {
      return from(Path.of(asked));
    }
    String variable = environment.getOrDefault("QUERN_MNIST_DIR", "");
    if (!variable.isEmpty()) {
      return from(Path.of(variable));
    }
    Path cache = cache(environment);
    if (!MnistDownload.complete(cache)) {
      try {
        download.into(cache, err);
      } catch (IOException e) {
        err.println(
            "quern: MNIST could not be downloaded ("
                + FileErrors.sentence(e)
                + "); training on drawn digits instead. Point --data or QUERN_MNIST_DIR at a folder"
                + " with the four MNIST files for the real ones.");
        err.flush();
        return synthetic();
      }
    }
    return fromCache(cache);
  }

  /** {@link MnistCnn} for these pictures and their classes. */
  Network network() {
    return MnistCnn.network(picture(), train.classes());
  }

  /** Shape of a picture. */
  Shape picture() {
    return new Shape(train.height(), train.width(), train.channels());
  }

  /** Whether these may be MNIST's digits. */
  boolean isLikeMnist() {
    return picture().equals(new Shape(28, 28, 1)) && train.classes() <= Mnist.DIGITS;
  }

  /** Whether {@link #load} would need no download. */
  static boolean isHere(String asked, Map<String, String> environment) {
    return !asked.isEmpty()
        || !environment.getOrDefault("QUERN_MNIST_DIR", "").isEmpty()
        || MnistDownload.complete(cache(environment));
  }

  private static MnistData fromCache(Path cache) {
    try {
      return from(cache);
    } catch (DataException e) {
      throw new DataException(
          e.getMessage() + "; delete the folder to have it downloaded again", e);
    }
  }

  private static MnistData from(Path folder) {
    Mnist mnist = Mnist.load(folder, Mnist.CLASSES_FROM_LABELS);
    return new MnistData(mnist.train(), mnist.test(), folder.toString());
  }

  private static MnistData synthetic() {
    return new MnistData(
        SyntheticDigits.draw(SYNTHETIC_TRAIN, 1),
        SyntheticDigits.draw(SYNTHETIC_TEST, 2),
        SYNTHETIC);
  }

  /** As the XDG base directory specification has it. */
  private static Path cache(Map<String, String> environment) {
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path base =
        cache.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache);
    return base.resolve("quern").resolve("mnist");
  }
}
