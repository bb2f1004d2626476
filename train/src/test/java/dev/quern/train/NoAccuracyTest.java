package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.callbacks.CsvLogger;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A loss without right answers has no accuracy, and nobody says that it were 0. */
class NoAccuracyTest {
  private static final String NAMES = "epoch,loss,val_loss,seconds,images_per_second";

  private final DataSet rows =
      DataSet.features("line", new float[][] {{1}, {2}, {3}, {4}})
          .withTargets(new float[] {2, 4, 6, 8}, 1);
  private final Fit two = Fit.epochs(2).batch(2).validation(rows);
  @TempDir private Path folder;
  private Device device;

  @BeforeEach
  void open() {
    device = Cpu.open();
  }

  @AfterEach
  void close() {
    device.close();
  }

  private Model model() {
    return Sequential.of(Shape.flat(1), Dense.of(1))
        .compile(device, Optimizer.adam(0.1), Loss.MEAN_SQUARED_ERROR, 3);
  }

  @Test
  void thereIsNoneInEvaluationsEpochsAndReports() {
    List<Double> reported = new ArrayList<>();
    Callback hear =
        new Callback() {
          @Override
          public void progress(int step, double loss, double accuracy, double imagesPerSecond) {
            assertThat(loss).isFinite();
            reported.add(accuracy);
          }
        };
    try (Model model = model()) {
      assertThat(model.evaluate(rows, 3).accuracy()).isNaN();
      assertThat(model.fit(rows, two.callbacks(hear)).epochs())
          .allSatisfy(epoch -> assertThat(epoch.accuracy()).isNaN())
          .extracting(History.Epoch::validation)
          .allSatisfy(validation -> assertThat(validation.accuracy()).isNaN());
    }
    assertThat(reported).containsExactly(Double.NaN, Double.NaN);
  }

  @Test
  void historiesHaveNoColumnOfIt() {
    try (Model model = model()) {
      assertThat(model.history().toCsv()).isEqualTo(NAMES + "\n");
      History history = model.fit(rows, two);
      assertThat(history.toCsv().lines()).hasSize(3).startsWith(NAMES);
      assertThat(history.rows())
          .allSatisfy(row -> assertThat(String.join(",", row.keySet())).isEqualTo(NAMES));
      assertThat(history.toJson()).contains("val_loss").doesNotContain("accuracy");
      for (History read :
          List.of(History.ofCsv(history.toCsv()), History.ofJson(history.toJson()))) {
        assertThat(read.epochs()).isEqualTo(history.epochs());
        assertThat(read.toCsv()).isEqualTo(history.toCsv());
      }
    }
  }

  @Test
  void goingOnGivesTheBytesOfAnUnbrokenTrainingAndGoesOnWithTheLog() throws IOException {
    Path unbroken = folder.resolve("unbroken.safetensors");
    Path file = folder.resolve("model.safetensors");
    Path log = folder.resolve("log.csv");
    try (Model model = model()) {
      model.fit(rows, Fit.epochs(4).batch(2).validation(rows));
      model.save(unbroken);
    }
    try (Model model = model()) {
      model.fit(rows, two.callbacks(CsvLogger.to(log)));
      model.save(file);
    }
    List<String> logged = Files.readAllLines(log);
    try (Model model = Model.open(file, device)) {
      assertThat(model.loss()).isEqualTo(Loss.MEAN_SQUARED_ERROR);
      model.fit(rows, two.callbacks(CsvLogger.to(log)));
      model.save(file);
    }
    assertThat(file).hasSameBinaryContentAs(unbroken);
    assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
        .contains("val_loss")
        .doesNotContain("accuracy");
    assertThat(Files.readAllLines(log)).hasSize(5).startsWith(logged.toArray(String[]::new));
  }
}
