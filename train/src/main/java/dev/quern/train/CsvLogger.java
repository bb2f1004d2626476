package dev.quern.train;

import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes a line an epoch to a CSV file, in the columns of {@link History#toCsv}. Where a model goes
 * on that was trained before, the file does, too: it then keeps, or begins with, the epochs before.
 */
public final class CsvLogger implements Callback {
  private final Path file;

  private CsvLogger(Path file) {
    this.file = file;
  }

  /** A logger into this file; an old one is replaced. */
  public static CsvLogger to(Path file) {
    return new CsvLogger(file);
  }

  @Override
  public void trainingBegins(Model model, Fit settings) {
    History before = model.history();
    if (model.epochsTrained() > 0 && Files.isRegularFile(file)) {
      History logged = History.readCsv(file).until(model.epochsTrained());
      before =
          logged.firstEpoch() <= before.firstEpoch() && logged.agrees(before) ? logged : before;
    }
    before.writeCsv(file);
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    try {
      Files.writeString(file, HistoryText.csvLine(epoch, result), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot be written: %s".formatted(file, FileErrors.sentence(e)), e);
    }
  }
}
