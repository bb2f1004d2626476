package dev.quern.examples;

import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Mnist;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What a network has learned of some digits helps it with others: trained on 0 to 4, it reads 5 to
 * 9 after 100 pictures of each better than a network that starts from nothing.
 */
final class TransferLearning {
  private static final int HALF = 5;
  private static final int FEW = 100;
  private static final List<String> BODY = List.of("conv2d", "conv2d_1");

  private TransferLearning() {}

  /** Trains both ways, and prints the accuracies and the margin. */
  static void run(Device device, Mnist mnist, PrintWriter out) throws IOException {
    double[] accuracies = accuracies(device, mnist, 3, 10);
    out.printf(Locale.ROOT, "from scratch: %.4f%n", accuracies[0]);
    out.printf(Locale.ROOT, "transferred:  %.4f%n", accuracies[1]);
    out.printf(Locale.ROOT, "margin:       %.4f%n", accuracies[1] - accuracies[0]);
  }

  /** Accuracies on 5 to 9: from scratch, and with what was learned from 0 to 4. */
  static double[] accuracies(Device device, Mnist mnist, int epochs, int fewEpochs)
      throws IOException {
    DataSet few = digits(mnist.train(), HALF, FEW);
    DataSet test = digits(mnist.test(), HALF, Integer.MAX_VALUE);
    Path learned = Files.createTempFile("quern", ".safetensors");
    try (Model first = compile(network(), device);
        Model scratch = compile(network(), device);
        Model transferred = compile(network().frozen(BODY::contains), device)) {
      first.fit(digits(mnist.train(), 0, Integer.MAX_VALUE), Fit.epochs(epochs));
      first.saveWeights(learned);
      transferred.loadMatching(learned, TransferLearning::inBody);
      scratch.fit(few, Fit.epochs(fewEpochs));
      transferred.fit(few, Fit.epochs(fewEpochs));
      return new double[] {
        scratch.evaluate(test, 128).accuracy(), transferred.evaluate(test, 128).accuracy()
      };
    } finally {
      Files.delete(learned);
    }
  }

  /** Whether a weight goes on to be used; the dense layers, the head, start anew. */
  private static boolean inBody(String weight) {
    return BODY.stream().anyMatch(layer -> weight.startsWith(layer + "/"));
  }

  private static Model compile(Network network, Device device) {
    return network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  private static Network network() {
    return MnistCnn.network(new Shape(28, 28, 1), HALF);
  }

  /** Pictures of five digits from {@code least} on, the first {@code most} of each. */
  private static DataSet digits(DataSet all, int least, int most) {
    int[] seen = new int[HALF];
    int[] rows =
        IntStream.range(0, all.count())
            .filter(row -> all.label(row) >= least && all.label(row) < least + HALF)
            .filter(row -> seen[all.label(row) - least]++ < most)
            .toArray();
    byte[] pixels = new byte[rows.length * all.elements()];
    int[] labels = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = all.label(rows[i]) - least;
      byte[] picture = all.pixels(rows[i], rows[i] + 1);
      System.arraycopy(picture, 0, pixels, i * picture.length, picture.length);
    }
    String name = all.name() + " from " + least;
    return new DataSet(name, pixels, labels, all.height(), all.width(), all.channels(), HALF);
  }
}
