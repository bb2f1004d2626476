package dev.quern.train.callbacks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Epochs as lines of a file. */
class CsvLoggerTest extends OnSmallModel {
  @Test
  void aLineAnEpochIsLogged() throws IOException {
    Path csv = folder.resolve("history.csv");
    Path saved = folder.resolve("model.safetensors");
    Fit settings = Fit.epochs(2).validation(test).callbacks(CsvLogger.to(csv));
    History first = model.fit(rows, settings);
    assertThat(History.readCsv(csv).epochs()).isEqualTo(first.epochs());
    model.save(saved);
    try (Model resumed = Model.open(saved, device)) {
      History second = resumed.fit(rows, settings);
      History all = History.readCsv(csv);
      assertThat(all.epochs()).startsWith(first.epochs().toArray(History.Epoch[]::new));
      assertThat(all.epochs()).endsWith(second.epochs().toArray(History.Epoch[]::new)).hasSize(4);
    }
    // Another model's file is no history of this one.
    try (Model resumed = Model.open(saved, device)) {
      Files.write(csv, Files.readAllLines(csv).subList(0, 2));
      resumed.fit(rows, settings);
      assertThat(History.readCsv(csv).epochs()).hasSize(4);
      History.Epoch again = History.readCsv(csv).epochs().get(0);
      assertThat(again.loss()).isEqualTo(first.epochs().get(0).loss());
      assertThat(again.seconds()).as("what the model knows alone").isNaN();
    }
  }

  @Test
  void aFolderThatIsNotThereIsToldBeforeTraining() {
    refusedByFit(CsvLogger.to(folder.resolve("no/history.csv")), "cannot be written");
  }
}
