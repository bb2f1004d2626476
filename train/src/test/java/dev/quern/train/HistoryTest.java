package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories as text, and back. */
class HistoryTest {
  private static final String NAMES =
      "epoch,loss,accuracy,val_loss,val_accuracy,seconds,images_per_second";

  private static History random(int first, int count) {
    SplittableRandom random = new SplittableRandom(5);
    List<History.Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Evaluation validation =
          i % 2 == 0 ? null : new Evaluation(random.nextDouble(), random.nextDouble());
      epochs.add(
          new History.Epoch(
              random.nextDouble() * 1e-30,
              random.nextDouble(),
              validation,
              random.nextDouble(),
              1e5 * random.nextDouble()));
    }
    return new History(true, first, epochs);
  }

  @Test
  void csvAndJsonGiveTheSameNumbersBack(@TempDir Path folder) {
    History history = random(3, 100);
    history.writeCsv(folder.resolve("history.csv"));
    history.writeJson(folder.resolve("history.json"));
    for (History read :
        List.of(
            History.readCsv(folder.resolve("history.csv")),
            History.readJson(folder.resolve("history.json")),
            History.ofCsv(history.toCsv()),
            History.ofJson(history.toJson()))) {
      assertThat(read.firstEpoch()).isEqualTo(3);
      assertThat(read.lastEpoch()).isEqualTo(102);
      assertThat(read.epochs()).isEqualTo(history.epochs());
    }
  }

  @Test
  void namesAndOrderAreFixed() {
    History history =
        new History(
            true,
            1,
            List.of(
                new History.Epoch(0.5, 0.75, new Evaluation(0.25, 1), 2, 100),
                new History.Epoch(Double.NaN, 0, null, Double.NaN, Double.POSITIVE_INFINITY)));
    assertThat(history.toCsv())
        .isEqualTo(NAMES + "\n1,0.5,0.75,0.25,1.0,2.0,100.0\n2,NaN,0.0,,,NaN,Infinity\n");
    assertThat(History.ofCsv(history.toCsv()).epochs()).isEqualTo(history.epochs());
    assertThat(String.join(",", history.rows().get(0).keySet())).isEqualTo(NAMES);
    assertThat(history.toJson().replaceAll("\\s", ""))
        .contains("{\"epochs\":[{\"epoch\":1,\"loss\":0.5,")
        .contains("\"epoch\":2,\"loss\":null,");
    assertThat(History.ofJson(history.toJson()).epochs().get(1))
        .isEqualTo(new History.Epoch(Double.NaN, 0, null, Double.NaN, Double.NaN));
  }

  /** Files of models whose loss has no accuracy bore a 0 for it once. */
  @Test
  void whatALossHasNotIsNotRead() {
    String text =
        new History(true, 1, List.of(new History.Epoch(0.5, 0, new Evaluation(0.25, 0), 2, 9)))
            .toJson();
    History read = HistoryText.ofJson(JsonValue.parse("history", text), false);
    assertThat(read.epochs().get(0).accuracy()).isNaN();
    assertThat(read.toCsv().lines().toList().get(1)).isEqualTo("1,0.5,0.25,2.0,9.0");
  }

  @Test
  void anEmptyHistoryIsOne() {
    History none = random(1, 0);
    assertThat(History.ofCsv(none.toCsv()).epochs()).isEmpty();
    assertThat(History.ofJson(none.toJson()).lastEpoch()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "loss,accuracy\n",
        NAMES + "\n1,2\n",
        NAMES + "\n1,2,,1,1\n",
        "epoch,loss,val_loss,seconds,images_per_second\n1,2,0.5,,,1,1\n",
        NAMES + "\n1,x,0,,,1,1\n",
        NAMES + "\n0,1,0,,,1,1\n",
        NAMES + "\n1,1,0,,,1,1\n3,1,0,,,1,1\n",
        NAMES + "\n,1,0,,,1,1\n"
      })
  void wrongTablesAreToldInASentence(String text, @TempDir Path folder) throws Exception {
    Path file = folder.resolve("history.csv");
    Files.writeString(file, text);
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> History.readCsv(file))
        .satisfies(e -> assertThat(e.getMessage()).startsWith(file.toString()).hasLineCount(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "[]",
        "{\"epochs\":{}}",
        "{\"epochs\":[1]}",
        "{\"epochs\":[{\"epoch\":1.5}]}",
        "{\"epochs\":[{\"epoch\":1}]}",
        "{\"epochs\":[{\"epoch\":0,\"loss\":1,\"accuracy\":1,\"val_loss\":null,"
            + "\"val_accuracy\":null,\"seconds\":1,\"images_per_second\":1}]}"
      })
  void wrongJsonIsToldInASentence(String text) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> History.ofJson(text))
        .satisfies(e -> assertThat(e.getMessage()).startsWith("history").hasLineCount(1));
  }

  @Test
  void aFileThatIsNotThereIsASentence(@TempDir Path folder) {
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> History.readCsv(folder.resolve("gone.csv")))
        .withMessageContaining("there is no file");
  }
}
