package dev.quern.train.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;

/**
 * The two parts of MNIST, or of any data set in the same four files (Fashion-MNIST, for one).
 *
 * <p>The files are {@code train-images-idx3-ubyte}, {@code train-labels-idx1-ubyte}, {@code
 * t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each as it is or with {@code .gz};
 * {@code train-images.idx3-ubyte} and so on do as well. Pictures may have any size and, as {@code
 * idx4}, several channels.
 *
 * @param train what to learn from
 * @param test what to judge by
 */
public record Mnist(DataSet train, DataSet test) {
  /** Number of digits. */
  public static final int DIGITS = 10;

  /** In place of a number of classes: one more than the largest label of both parts. */
  public static final int CLASSES_FROM_LABELS = 0;

  /**
   * Reads ten classes of pictures from a folder.
   *
   * @throws DataException if the folder or a file is missing or wrong, or a label is above 9
   */
  public static Mnist load(Path folder) {
    return load(folder, DIGITS);
  }

  /**
   * Reads pictures from a folder. Both parts are read at the same time.
   *
   * @param folder where the four files are
   * @param classes number of classes, or {@link #CLASSES_FROM_LABELS}
   * @throws DataException if the folder or a file is missing or wrong, or a label is too large
   */
  public static Mnist load(Path folder, int classes) {
    if (classes < 0) {
      throw new DataException(
          "%s: the number of classes must be at least 1, but is %d".formatted(folder, classes));
    }
    requireFolder(folder);
    // Unpacking is a thread's full work: two parts, two threads. A common pool may be busy.
    FutureTask<Part> testTask = new FutureTask<>(() -> Part.read(folder, "t10k"));
    Thread.ofPlatform().daemon().name("quern-mnist-test").start(testTask);
    Part train = Part.read(folder, "train");
    Part test = await(testTask);
    requireSameSize(train.images, test.images);
    int common =
        classes == CLASSES_FROM_LABELS
            ? 1 + Math.max(train.largestLabel(), test.largestLabel())
            : classes;
    return new Mnist(
        train.dataSet(folder + " train", common), test.dataSet(folder + " test", common));
  }

  private static Part await(FutureTask<Part> task) {
    try {
      return task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof DataException wrong) {
        throw wrong;
      }
      throw new DataException("reading the test part failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("reading the test part was interrupted", e);
    }
  }

  private static void requireFolder(Path folder) {
    if (!Files.exists(folder)) {
      throw new DataException(
          "%s: there is no such folder; name the folder with the four MNIST files"
              .formatted(folder));
    }
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          "%s: is a file, but must be the folder with the four MNIST files; name the folder"
              .formatted(folder));
    }
  }

  private static void requireSameSize(IdxFile train, IdxFile test) {
    if (train.height() != test.height()
        || train.width() != test.width()
        || train.channels() != test.channels()) {
      throw new DataException(
          "%s holds pictures of %s, but %s of %s; both must come from the same data set"
              .formatted(train.path(), size(train), test.path(), size(test)));
    }
  }

  private static String size(IdxFile images) {
    return "%d x %d x %d".formatted(images.height(), images.width(), images.channels());
  }

  /** Pictures and labels that belong together. */
  private record Part(IdxFile images, IdxFile labels) {
    static Part read(Path folder, String prefix) {
      // Labels first: a wrong folder then shows before 47 MB are unpacked.
      IdxFile labels = IdxFile.labels(find(folder, prefix + "-labels", "idx1-ubyte"));
      IdxFile images = IdxFile.images(find(folder, prefix + "-images", "idx3-ubyte", "idx4-ubyte"));
      if (images.count() != labels.count()) {
        throw new DataException(
            "%s holds %d pictures, but %s holds %d labels; both must come from the same data set"
                .formatted(images.path(), images.count(), labels.path(), labels.count()));
      }
      return new Part(images, labels);
    }

    private static Path find(Path folder, String stem, String... types) {
      for (String type : types) {
        for (String name : List.of(stem + "-" + type, stem + "." + type)) {
          for (String ending : List.of("", ".gz")) {
            Path path = folder.resolve(name + ending);
            if (Files.exists(path)) {
              return path;
            }
          }
        }
      }
      throw new DataException(
          "%s: there is no file %s-%s in this folder; put it there, with .gz or without"
              .formatted(folder, stem, types[0]));
    }

    int largestLabel() {
      return IntStream.range(0, labels.count()).map(this::label).max().orElseThrow();
    }

    DataSet dataSet(String name, int classes) {
      int[] right = IntStream.range(0, labels.count()).map(this::label).toArray();
      for (int i = 0; i < right.length; i++) {
        if (right[i] >= classes) {
          throw new DataException(
              "%s: labels must be 0 to %d, but label %d is %d; read it with more classes"
                  .formatted(labels.path(), classes - 1, i, right[i]));
        }
      }
      return new DataSet(
          name,
          images.values(),
          right,
          images.height(),
          images.width(),
          images.channels(),
          classes);
    }

    private int label(int i) {
      return Byte.toUnsignedInt(labels.values()[i]);
    }
  }
}
