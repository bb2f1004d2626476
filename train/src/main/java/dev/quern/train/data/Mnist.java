package dev.quern.train.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A folder with a training and a test set as four IDX files under MNIST's names, plain or with {@code
 * .gz}. Pictures may have any size and one or several channels, labels any number of classes.
 *
 * @param train the training set
 * @param test the test set
 */
public record Mnist(DataSet train, DataSet test) {
  private static final int FEWEST_CLASSES = 10;

  /**
   * Reads both sets, at the same time.
   *
   * @throws DataException if the folder or a file is missing, unreadable or wrong; names it
   */
  public static Mnist load(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          Files.exists(folder)
              ? folder + " must be a folder with the four MNIST files, but is a file"
              : "there is no folder " + folder);
    }
    CompletableFuture<DataSet> test = CompletableFuture.supplyAsync(() -> part(folder, "t10k"));
    DataSet train = part(folder, "train");
    try {
      return withSameClasses(train, test.join(), folder);
    } catch (CompletionException e) {
      if (e.getCause() instanceof DataException wrong) {
        throw wrong;
      }
      throw e;
    }
  }

  private static Mnist withSameClasses(DataSet train, DataSet test, Path folder) {
    if (test.classes() > train.classes()) {
      throw new DataException(
          "%s: the test labels go up to %d, but the training labels only to %d"
              .formatted(folder, test.classes() - 1, train.classes() - 1));
    }
    if (train.height() != test.height()
        || train.width() != test.width()
        || train.channels() != test.channels()) {
      throw new DataException(
          "%s: training and test pictures must have the same size, but are %d x %d x %d and %d x %d x %d"
              .formatted(
                  folder, train.height(), train.width(), train.channels(), test.height(),
                  test.width(), test.channels()));
    }
    return new Mnist(train, test);
  }

  private static DataSet part(Path folder, String prefix) {
    IdxFile images = IdxFile.read(find(folder, prefix, "images", 3), 3, 4);
    IdxFile labels = IdxFile.read(find(folder, prefix, "labels", 1), 1, 1);
    int count = images.extents()[0];
    if (count != labels.extents()[0]) {
      throw new DataException(
          "%s holds %d pictures, but %s holds %d labels: each picture needs one"
              .formatted(images.path(), count, labels.path(), labels.extents()[0]));
    }
    int[] extents = images.extents();
    int channels = extents.length == 4 ? extents[3] : 1;
    boolean mnist = extents[1] == 28 && extents[2] == 28 && channels == 1;
    int[] classes = new int[count];
    int largest = 0;
    for (int i = 0; i < count; i++) {
      classes[i] = labels.bytes()[i] & 0xFF;
      largest = Math.max(largest, classes[i]);
      if (mnist && classes[i] >= FEWEST_CLASSES) {
        throw new DataException(
            "%s: labels of 28 x 28 digits must be 0 to 9, but label %d is %d"
                .formatted(labels.path(), i, classes[i]));
      }
    }
    return new DataSet(
        folder + "/" + prefix,
        images.bytes(),
        classes,
        extents[1],
        extents[2],
        channels,
        Math.max(FEWEST_CLASSES, largest + 1));
  }

  private static Path find(Path folder, String prefix, String what, int axes) {
    for (String name :
        new String[] {
          prefix + "-" + what + "-idx" + axes + "-ubyte", prefix + "-" + what + ".idx" + axes + "-ubyte"
        }) {
      for (String ending : new String[] {"", ".gz"}) {
        Path path = folder.resolve(name + ending);
        if (Files.exists(path)) {
          return path;
        }
      }
    }
    throw new DataException(
        "%s must hold %s-%s-idx%d-ubyte or the same with .gz, but holds neither"
            .formatted(folder, prefix, what, axes));
  }
}
