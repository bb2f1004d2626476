package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/** A {@link History} as text. */
final class HistoryText {
  /** Names that files and programs depend on. */
  static final List<String> COLUMNS =
      List.of(
          "epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "images_per_second");

  /** The same where the loss has no accuracy. */
  private static final List<String> LOSSES =
      COLUMNS.stream().filter(name -> !name.endsWith("accuracy")).toList();

  private static final JSON FORMAT =
      JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT, JSON.Feature.WRITE_NULL_PROPERTIES);

  private HistoryText() {}

  private static List<String> columns(boolean hasAccuracy) {
    return hasAccuracy ? COLUMNS : LOSSES;
  }

  /** An epoch's numbers under the columns but the first; null where there is none. */
  private static Map<String, @Nullable Double> numbers(History.Epoch epoch, boolean hasAccuracy) {
    Map<String, @Nullable Double> numbers = new LinkedHashMap<>();
    Evaluation validation = epoch.validation();
    numbers.put("loss", epoch.loss());
    numbers.put("accuracy", epoch.accuracy());
    numbers.put("val_loss", validation == null ? null : validation.loss());
    numbers.put("val_accuracy", validation == null ? null : validation.accuracy());
    numbers.put("seconds", epoch.seconds());
    numbers.put("images_per_second", epoch.imagesPerSecond());
    numbers.keySet().retainAll(columns(hasAccuracy));
    return numbers;
  }

  private static History.Epoch epoch(Map<String, @Nullable Double> numbers) {
    Double valLoss = numbers.get("val_loss");
    Double valAccuracy = numbers.get("val_accuracy");
    return new History.Epoch(
        orNaN(numbers.get("loss")),
        orNaN(numbers.get("accuracy")),
        valLoss == null && valAccuracy == null
            ? null
            : new Evaluation(orNaN(valLoss), orNaN(valAccuracy)),
        orNaN(numbers.get("seconds")),
        orNaN(numbers.get("images_per_second")));
  }

  private static double orNaN(@Nullable Double number) {
    return number == null ? Double.NaN : number;
  }

  static String csv(History history) {
    boolean hasAccuracy = history.hasAccuracy();
    StringBuilder text = new StringBuilder(String.join(",", columns(hasAccuracy))).append('\n');
    int number = history.firstEpoch();
    for (History.Epoch epoch : history.epochs()) {
      text.append(csvLine(number++, epoch, hasAccuracy));
    }
    return text.toString();
  }

  static String csvLine(int number, History.Epoch epoch, boolean hasAccuracy) {
    StringJoiner line = new StringJoiner(",", "", "\n").add(Integer.toString(number));
    for (Double value : numbers(epoch, hasAccuracy).values()) {
      line.add(value == null ? "" : value.toString());
    }
    return line.toString();
  }

  static List<Map<String, @Nullable Object>> rows(History history) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (History.Epoch epoch : history.epochs()) {
      Map<String, @Nullable Object> row = new LinkedHashMap<>();
      row.put(COLUMNS.get(0), history.firstEpoch() + rows.size());
      numbers(epoch, history.hasAccuracy())
          .forEach(
              (name, number) ->
                  row.put(name, number != null && Double.isFinite(number) ? number : null));
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
    return Map.of(
        "epochs", rows(new History(history.hasAccuracy(), history.firstEpoch() + skipped, kept)));
  }

  static History ofJson(JsonValue json) {
    List<JsonValue> rows = json.get("epochs").list();
    return ofJson(json, rows.isEmpty() || rows.get(0).has("accuracy"));
  }

  /** The same where it is known what the rows must have; what else they have is left out. */
  static History ofJson(JsonValue json, boolean hasAccuracy) {
    List<JsonValue> rows = json.get("epochs").list();
    int first = rows.isEmpty() ? 1 : rows.get(0).get(COLUMNS.get(0)).wholeNumber();
    List<History.Epoch> epochs = new ArrayList<>();
    for (JsonValue row : rows) {
      requireNumber(row.where(), first, epochs.size(), row.get(COLUMNS.get(0)).wholeNumber());
      Map<String, @Nullable Double> numbers = new HashMap<>();
      for (String name : columns(hasAccuracy)) {
        numbers.put(name, row.get(name).isNull() ? null : (Double) row.get(name).number());
      }
      epochs.add(epoch(numbers));
    }
    return new History(hasAccuracy, first, epochs);
  }

  static History ofCsv(String where, String text) {
    List<String> lines = text.lines().toList();
    String head = lines.isEmpty() ? "" : lines.get(0);
    boolean hasAccuracy = !head.equals(String.join(",", LOSSES));
    List<String> columns = columns(hasAccuracy);
    if (!head.equals(String.join(",", columns))) {
      throw new DataException(
          "%s: must begin with the line %s, or the same without accuracies"
              .formatted(where, String.join(",", COLUMNS)));
    }
    int first = 1;
    List<History.Epoch> epochs = new ArrayList<>();
    for (int i = 1; i < lines.size(); i++) {
      String at = "%s, line %d".formatted(where, i + 1);
      Map<String, @Nullable Double> cells = cells(at, columns, lines.get(i));
      int number = (int) orNaN(cells.get(COLUMNS.get(0)));
      first = i == 1 ? number : first;
      requireNumber(at, first, epochs.size(), number);
      epochs.add(epoch(cells));
    }
    return new History(hasAccuracy, first, epochs);
  }

  private static Map<String, @Nullable Double> cells(String at, List<String> columns, String line) {
    String[] cells = line.split(",", -1);
    if (cells.length != columns.size()) {
      throw new DataException(
          "%s: must have %d cells, but has %d".formatted(at, columns.size(), cells.length));
    }
    Map<String, @Nullable Double> numbers = new HashMap<>();
    for (int i = 0; i < cells.length; i++) {
      try {
        numbers.put(
            columns.get(i), cells[i].isEmpty() ? null : (Double) Double.parseDouble(cells[i]));
      } catch (NumberFormatException e) {
        throw new DataException(
            "%s: cells must be numbers, but one is %s".formatted(at, JsonValue.shown(cells[i])), e);
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
