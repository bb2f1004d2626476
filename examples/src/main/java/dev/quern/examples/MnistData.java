package dev.quern.examples;

import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Mnist;
import dev.quern.train.data.SyntheticDigits;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

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
   * @throws DataException if a folder that was named is missing or broken; it is never replaced
   */
  static MnistData load(String asked, PrintWriter err) {
    if (asked.equals(SYNTHETIC)) {
      return synthetic();
    }
    if (!asked.isEmpty()) {
      return from(Path.of(asked));
    }
    String variable = System.getenv("QUERN_MNIST_DIR");
    if (variable != null && !variable.isEmpty()) {
      return from(Path.of(variable));
    }
    Path cache = cacheFolder();
    if (!Files.isDirectory(cache)) {
      try {
        MnistDownload.into(cache, err);
      } catch (DataException e) {
        err.println(
            "quern: MNIST could not be downloaded ("
                + e.getMessage()
                + "); training on drawn digits instead. Point --data or QUERN_MNIST_DIR at a folder"
                + " with the four MNIST files for the real ones.");
        err.flush();
        return synthetic();
      }
    }
    return from(cache);
  }

  private static MnistData from(Path folder) {
    Mnist mnist = Mnist.load(folder);
    return new MnistData(mnist.train(), mnist.test(), folder.toString());
  }

  private static MnistData synthetic() {
    return new MnistData(
        SyntheticDigits.draw(SYNTHETIC_TRAIN, 1), SyntheticDigits.draw(SYNTHETIC_TEST, 2), SYNTHETIC);
  }

  private static Path cacheFolder() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path base =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return base.resolve("quern").resolve("mnist");
  }
}
