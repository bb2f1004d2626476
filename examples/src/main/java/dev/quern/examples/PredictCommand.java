package dev.quern.examples;

import dev.quern.train.Model;
import dev.quern.train.Shape;
import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.Samples;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a saved model sees on pictures. */
@Command(
    name = "predict",
    description = "Says what a saved model sees on pictures, a line a picture.",
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  private static final Shape DIGIT = new Shape(28, 28, 1);

  @Spec private CommandSpec command;

  @Mixin private ModelFile model = new ModelFile();

  @Parameters(index = "1..*", arity = "1..*", paramLabel = "IMAGE", description = "PNG or JPEG.")
  private List<Path> images;

  @Option(
      names = "--top",
      defaultValue = "3",
      description = "How many classes to name. Default: 3.")
  private int top;

  @Option(
      names = "--mnist-style",
      description =
          "For digits drawn on paper or photographed: centres and scales them as MNIST's are, white"
              + " on black, 28 x 28.")
  private boolean mnistStyle;

  PredictCommand() {}

  @Override
  public Integer call() {
    if (top < 1) {
      throw new ParameterException(
          command.commandLine(), "--top must be at least 1, but is " + top);
    }
    System.setProperty("java.awt.headless", "true"); // reading pictures needs no screen
    return model.with(this::predict);
  }

  private int predict(Model opened) {
    PrintWriter out = command.commandLine().getOut();
    float[][] all = opened.predict(pictures(opened));
    for (int i = 0; i < all.length; i++) {
      float[] p = all[i];
      String answers =
          IntStream.range(0, p.length)
              .boxed()
              .sorted(
                  Comparator.comparingDouble(c -> -p[c])) // stable: the first of equal ones wins
              .limit(top)
              .map(c -> String.format(Locale.ROOT, "%s %.4f", ModelFile.className(opened, c), p[c]))
              .collect(Collectors.joining("  "));
      out.println(images.get(i) + "  " + answers);
    }
    out.flush();
    return 0;
  }

  /** All pictures as the network takes them. */
  private Samples pictures(Model opened) {
    Shape input = opened.network().input();
    if (mnistStyle && !input.equals(DIGIT)) {
      throw new DataException(
          "--mnist-style makes pictures of %s, but the model takes %s".formatted(DIGIT, input));
    }
    byte[] pixels = new byte[images.size() * input.elements()];
    for (int i = 0; i < images.size(); i++) {
      Picture picture = Picture.read(images.get(i), input.channels());
      Picture fitting = mnistStyle ? MnistStyle.of(picture) : picture.resized(input);
      System.arraycopy(fitting.bytes(), 0, pixels, i * input.elements(), input.elements());
    }
    return DataSet.pictures(
        "the pictures", pixels, input.height(), input.width(), input.channels());
  }
}
