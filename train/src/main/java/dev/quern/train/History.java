package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import dev.quern.train.files.JsonValue;
import dev.quern.train.files.WholeFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link Model#fit} saw, an entry an epoch. */
public final class History {
  private final boolean hasAccuracy;
  private final int firstEpoch;
  private final List<Epoch> epochs;
  private @Nullable String stopReason;

  /**
   * A history.
   *
   * @param hasAccuracy whether the loss has it; epochs without have NaN
   */
  History(boolean hasAccuracy, int firstEpoch, List<Epoch> epochs) {
    this.hasAccuracy = hasAccuracy;
    this.firstEpoch = firstEpoch;
    this.epochs = new ArrayList<>(epochs);
  }

  /**
   * One epoch.
   *
   * @param loss mean loss over the training rows, each before the step that it took part in
   * @param accuracy share of training rows answered right, likewise; NaN if the loss has none, see
   *     {@link Loss#hasAccuracy}
   * @param validation loss and accuracy on the validation data after the epoch, if there is any
   * @param seconds time of training alone; NaN if it is not known, as behind {@link Model#open}
   * @param imagesPerSecond training rows a second; NaN if it is not known
   */
  public record Epoch(
      double loss,
      double accuracy,
      @Nullable Evaluation validation,
      double seconds,
      double imagesPerSecond) {

    /**
     * As a line of {@link History#toCsv}.
     *
     * @param number the epoch's number
     */
    public String toCsv(int number) {
      return HistoryText.csvLine(number, this, !Double.isNaN(accuracy));
    }

    /** The same without times, which differ from run to run. */
    Epoch untimed() {
      return new Epoch(loss, accuracy, validation, Double.NaN, Double.NaN);
    }
  }

  void add(Epoch epoch) {
    epochs.add(epoch);
  }

  void stopped(@Nullable String why) {
    stopReason = why;
  }

  /** Whether there are right answers to count: {@link Loss#hasAccuracy}. */
  boolean hasAccuracy() {
    return hasAccuracy;
  }

  /** Number of the first epoch: 1, unless the model had been trained before. */
  public int firstEpoch() {
    return firstEpoch;
  }

  /** Number of the last epoch; 0 if there is none. */
  public int lastEpoch() {
    return firstEpoch + epochs.size() - 1;
  }

  /** The epochs in order; the last one may be cut short by {@link Model#requestStop}. */
  public List<Epoch> epochs() {
    return List.copyOf(epochs);
  }

  /** Why training ended early, in a sentence, if a callback said so. */
  public @Nullable String stopReason() {
    return stopReason;
  }

  /**
   * This history with what a log knows beyond it, namely times, and epochs before the first one.
   *
   * @param log what was written while the model was trained
   * @return the log up to this history's last epoch, if they agree on all that both know; else this
   */
  public History withWhatWasLogged(History log) {
    History logged = log.until(lastEpoch());
    return logged.endsAs(this) ? logged : this;
  }

  /** The epochs up to this number. */
  History until(int epoch) {
    int count = Math.clamp((long) epoch - firstEpoch + 1, 0, epochs.size());
    return new History(hasAccuracy, firstEpoch, epochs.subList(0, count));
  }

  /** Whether the epochs of another history end this one, but for times. */
  private boolean endsAs(History end) {
    int from = end.firstEpoch - firstEpoch;
    return hasAccuracy == end.hasAccuracy
        && from >= 0
        && from + end.epochs.size() == epochs.size()
        && epochs.stream()
            .skip(from)
            .map(Epoch::untimed)
            .toList()
            .equals(end.epochs.stream().map(Epoch::untimed).toList());
  }

  /**
   * The epochs under stable names: epoch, loss, accuracy, val_loss, val_accuracy, seconds,
   * images_per_second; without both accuracies if the loss has none. What is not known, or is no
   * number in JSON (NaN, infinite), is null.
   */
  public List<Map<String, @Nullable Object>> rows() {
    return HistoryText.rows(this);
  }

  /**
   * As CSV: a line of names, as in {@link #rows}, and a line an epoch. Cells of a validation that
   * there was not are empty. {@link #ofCsv} gives the same numbers back, bit for bit.
   */
  public String toCsv() {
    return HistoryText.csv(this);
  }

  /** As a JSON object with the {@link #rows} under {@code epochs}. */
  public String toJson() {
    return HistoryText.json(this);
  }

  /**
   * Reads what {@link #toCsv} wrote.
   *
   * @throws DataException if it is anything else
   */
  public static History ofCsv(String text) {
    return HistoryText.ofCsv("history", text);
  }

  /**
   * Reads what {@link #toJson} wrote; null becomes NaN.
   *
   * @throws DataException if it is anything else
   */
  public static History ofJson(String text) {
    return HistoryText.ofJson(JsonValue.parse("history", text));
  }

  /**
   * Replaces a file by {@link #toCsv}.
   *
   * @throws DataException if it cannot be written; an old one is then still there
   */
  public void writeCsv(Path file) {
    write(file, toCsv());
  }

  /**
   * Replaces a file by {@link #toJson}.
   *
   * @throws DataException if it cannot be written; an old one is then still there
   */
  public void writeJson(Path file) {
    write(file, toJson());
  }

  /**
   * Reads a CSV file.
   *
   * @throws DataException if it cannot be read or is no history
   */
  public static History readCsv(Path file) {
    return HistoryText.ofCsv(file.toString(), read(file));
  }

  /**
   * Reads a JSON file.
   *
   * @throws DataException if it cannot be read or is no history
   */
  public static History readJson(Path file) {
    return HistoryText.ofJson(JsonValue.parse(file.toString(), read(file)));
  }

  private static void write(Path file, String text) {
    try {
      WholeFile.write(file, text);
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot be written: %s".formatted(file, FileErrors.sentence(e)), e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new DataException("%s: must be UTF-8, but is not".formatted(file), e);
    } catch (IOException e) {
      throw new DataException("%s: cannot be read: %s".formatted(file, FileErrors.sentence(e)), e);
    }
  }
}
