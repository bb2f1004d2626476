package com.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.BoundLayer;
import dev.quern.train.Fit;
import dev.quern.train.Layer;
import dev.quern.train.LayerContext;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.callbacks.ModelCheckpoint;
import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import dev.quern.train.files.Safetensors;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Flatten;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A layer is one file, wherever it is: Quern has no line that knows of {@link Scale}. */
class OwnLayerTest {
  private static final Shape IMAGE = new Shape(5, 4, 1);
  private static final Fit TWO = Fit.epochs(2).batch(8);

  private final DataSet rows = rows();
  @TempDir private Path folder;
  private Path file = Path.of("");
  private Device device;

  @BeforeEach
  void open() {
    device = Detection.detect("cpu").require("cpu").open();
    file = folder.resolve("model.safetensors");
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** Noise, and whether it is bright. */
  private static DataSet rows() {
    Random random = new Random(3);
    int[] bright = random.ints(40, 0, 2).toArray();
    byte[] pixels = new byte[bright.length * IMAGE.elements()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (random.nextInt(100) + 100 * bright[i / IMAGE.elements()]);
    }
    return new DataSet("bright or dark", pixels, bright, 5, 4, 1, 2);
  }

  private static Network network(Layer... own) {
    Layer[] layers = Arrays.copyOf(own, own.length + 3);
    layers[own.length] = Conv2D.of(3, 2, 2).relu();
    layers[own.length + 1] = Flatten.of();
    layers[own.length + 2] = Dense.of(2);
    return Sequential.of(IMAGE, layers);
  }

  private Model compile(Network network) {
    Optimizer optimizer = Optimizer.adam(new Halving(0.05, 10));
    return network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  /**
   * A learning rate of one's own.
   *
   * @param first the rate at the beginning
   * @param steps after so many it is half of that, and so on
   */
  private record Halving(double first, long steps) implements Schedule {
    @Override
    public double rate(long step) {
      return first * Math.pow(0.5, (double) step / steps);
    }
  }

  @Test
  void itTrainsAndIsSavedAndGoesOnLikeAnyOther() {
    Path unbroken = folder.resolve("unbroken.safetensors");
    float[][] predicted;
    try (Model model = compile(network(new Scale(true), new Scale(false)))) {
      model.fit(rows, TWO);
      assertThat(model.weight("scale/factors")).as("trained").doesNotContain(1);
      assertThat(model.weight("scale_1/factors")).as("not trained").containsExactly(1);
      model.save(file);
      predicted = model.predict(rows);
      model.fit(rows, TWO);
      model.save(unbroken);
    }
    try (Model model = Model.open(file, device)) {
      assertThat(model.predict(rows)).isDeepEqualTo(predicted);
      assertThat(model.network().summary()).contains("scale_1 (Scale)");
      model.fit(rows, TWO);
      assertThat(model.evaluate(rows, 8).accuracy()).isGreaterThan(0.9);
      model.save(file);
    }
    assertThat(file).hasSameBinaryContentAs(unbroken);
  }

  /** By a central difference of the loss, which is nearly straight over such a step. */
  @Test
  void itsGradientIsThatOfTheLoss() {
    try (Model model =
        network(new Scale(true))
            .compile(device, Optimizer.sgd(0), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      double difference = (lossAt(model, 5.05f) - lossAt(model, 4.95f)) / 0.1;
      model.setWeight("scale/factors", new float[] {5});
      model.fit(rows, Fit.epochs(1).batch(rows.count()));
      assertThat((double) model.gradient("scale/factors")[0])
          .isCloseTo(difference, withinPercentage(1));
      assertThat(Math.abs(difference)).isGreaterThan(1e-4);
    }
  }

  private double lossAt(Model model, float factor) {
    model.setWeight("scale/factors", new float[] {factor});
    return model.evaluate(rows, rows.count()).loss();
  }

  /** Without its class a file cannot be opened, but its weights can be read. */
  @Test
  void theFileCallsItByItsFullName() {
    Network network = network(new Scale(true));
    try (Model model = compile(network)) {
      model.save(file);
    }
    Safetensors.Contents contents = Safetensors.read(file);
    String json = Objects.requireNonNull(contents.metadata().get("quern"));
    assertThat(json).contains("\"class\":\"com.example.Scale\",\"trained\":true");
    Safetensors.write(
        file,
        List.copyOf(contents.arrays().values()),
        Map.of("quern", json.replace("com.example.Scale", "com.example.Gone")));
    assertThatThrownBy(() -> Model.open(file, device))
        .isInstanceOf(DataException.class)
        .hasMessageEndingWith(
            "there is no operation called com.example.Gone on the class path; put its code there");
    try (Model model = compile(network)) {
      model.load(file);
    }
  }

  /** What has no settings that a file could hold. */
  private interface Unsavable extends Layer {
    @Override
    default String kind() {
      return "unsavable";
    }

    @Override
    default Shape output(Shape input) {
      return input;
    }

    @Override
    default BoundLayer bind(LayerContext context) {
      return BoundLayer.copying(context);
    }
  }

  private static final class NoRecord implements Unsavable {}

  private record OfAnArray(float[] values) implements Unsavable {}

  private record OfAnything(Object value) implements Unsavable {}

  @Test
  void whatAFileCannotHoldIsSaidBeforeTraining() {
    refused(new NoRecord(), "NoRecord is code of your own", "only records of numbers");
    refused(new OfAnArray(new float[1]), "[F is code of your own", "only records of numbers");
    refused(new OfAnything(1), "OfAnything is code of your own", "its settings: value");
    record OfTwo(List<? extends Number> values) implements Unsavable {}
    refused(new OfTwo(List.of(1)), "OfTwo is code of your own", "cannot be read from a file");
  }

  private void refused(Layer layer, String... said) {
    try (Model model = compile(network(layer))) {
      for (Runnable saving :
          List.<Runnable>of(
              () -> model.save(file),
              () -> model.fit(rows, TWO.callbacks(ModelCheckpoint.to(file))))) {
        assertThatThrownBy(saving::run)
            .isInstanceOf(SpecException.class)
            .hasMessageContainingAll(said)
            .hasMessageContaining("save the weights alone");
      }
      assertThat(model.stepsTrained()).isZero();
      assertThat(file).doesNotExist();
      model.saveWeights(folder.resolve("weights"));
    }
  }
}
