package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/** A {@link History} as text. */
final class HistoryText {
  /** Names that files and programs depend on. */
  static final List<String> COLUMNS =
      List.of(
          "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "images_per_second");

  private static final JSON FORMAT =
      JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

  private HistoryText() {}

  /** An epoch's numbers in the order of the columns but the first; null where there is none. */
  private static List<@Nullable Double> numbers(History.Epoch epoch) {
    List<@Nullable Double> numbers = new ArrayList<>();
    Evaluation validation = epoch.validation();
    numbers.add(epoch.loss());
    numbers.add(epoch.accuracy());
    numbers.add(validation == null ? null : validation.loss());
    numbers.add(validation == null ? null : validation.accuracy());
    numbers.add(epoch.seconds());
    numbers.add(epoch.imagesPerSecond());
    return numbers;
  }

  private static History.Epoch epoch(List<@Nullable Double> numbers) {
    Double valLoss = numbers.get(2);
    Double valAccuracy = numbers.get(3);
    return new History.Epoch(
        orNaN(numbers.get(0)),
        orNaN(numbers.get(1)),
        valLoss == null && valAccuracy == null
            ? null
            : new Evaluation(orNaN(valLoss), orNaN(valAccuracy)),
        orNaN(numbers.get(4)),
        orNaN(numbers.get(5)));
  }

  private static double orNaN(@Nullable Double number) {
    return number == null ? Double.NaN : number;
  }

  static String csv(History history) {
    StringBuilder text = new StringBuilder(String.join(",", COLUMNS)).append('\n');
    int number = history.firstEpoch();
    for (History.Epoch epoch : history.epochs()) {
      text.append(csvLine(number++, epoch));
    }
    return text.toString();
  }

  static String csvLine(int number, History.Epoch epoch) {
    StringJoiner line = new StringJoiner(",", "", "\n").add(Integer.toString(number));
    for (Double value : numbers(epoch)) {
      line.add(value == null ? "" : value.toString());
    }
    return line.toString();
  }

  static List<Map<String, @Nullable Object>> rows(History history) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (History.Epoch epoch : history.epochs()) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(COLUMNS.get(0), history.firstEpoch() + rows.size());
      List<@Nullable Double> numbers = numbers(epoch);
      for (int i = 0; i < numbers.size(); i++) {
        Double number = numbers.get(i);
        row.put(COLUMNS.get(i + 1), number != null && Double.isFinite(number) ? number : null);
      }
      rows.add(row);
    }
    return rows;
  }

  static String json(History history) {
    return FORMAT.asString(Map.of("epochs", rows(history))) + "\n";
  }

  /** The last epochs for a checkpoint, without times: {@code epochs} of {@link #ofJson}. */
  static Map<String, Object> untimedRows(History history) {
    int skipped = Math.max(0, history.epochs().size() - Checkpoint.LONGEST_HISTORY);
    List<History.Epoch> kept =
        history.epochs().stream().skip(skipped).map(History.Epoch::untimed).toList();
    return Map.of("epochs", rows(new History(history.firstEpoch() + skipped, kept)));
  }

  static History ofJson(JsonValue json) {
    List<JsonValue> rows = json.get("epochs").list();
    int first = rows.isEmpty() ? 1 : rows.get(0).get(COLUMNS.get(0)).wholeNumber();
    List<History.Epoch> epochs = new ArrayList<>();
    for (JsonValue row : rows) {
      requireNumber(row.where(), first, epochs.size(), row.get(COLUMNS.get(0)).wholeNumber());
      epochs.add(
          epoch(
              COLUMNS.stream()
                  .skip(1)
                  .map(name -> row.get(name).isNull() ? null : (Double) row.get(name).number())
                  .collect(Collectors.toCollection(ArrayList::new))));
    }
    return new History(first, epochs);
  }

  static History ofCsv(String where, String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(String.join(",", COLUMNS))) {
      throw new DataException(
          "%s: must begin with the line %s".formatted(where, String.join(",", COLUMNS)));
    }
    int first = 1;
    List<History.Epoch> epochs = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String at = "%s, line %d".formatted(where, i + 1);
      List<@Nullable Double> cells = cells(at, lines.get(i));
      int number = (int) orNaN(cells.get(0));
      first = i == 1 ? number : first;
      requireNumber(at, first, epochs.size(), number);
      epochs.add(epoch(cells.subList(1, cells.size())));
    }
    return new History(first, epochs);
  }

  private static List<@Nullable Double> cells(String at, String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != COLUMNS.size()) {
      throw new DataException(
          "%s: must have %d cells, but has %d".formatted(at, COLUMNS.size(), cells.length));
    }
    List<@Nullable Double> numbers = new ArrayList<>();
    for (String cell : cells) {
      try {
        numbers.add(cell.isEmpty() ? null : (Double) Double.parseDouble(cell));
      } catch (NumberFormatException e) {
        throw new DataException(
            "%s: cells must be numbers, but one is %s".formatted(at, JsonValue.shown(cell)), e);
      }
    }
    return numbers;
  }

  private static void requireNumber(String at, int first, int before, int number) {
    if (first < 1 || number != (long) first + before) {
      throw new DataException(
          "%s: epochs must be numbered in order from 1 or more, but this one is %d"
              .formatted(at, number));
    }
  }
}
