package dev.quern.train.callbacks;

import dev.quern.train.Callback;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Model;
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
      before = before.withWhatWasLogged(History.readCsv(file));
    }
    before.writeCsv(file);
  }

  @Override
  public void epochEnds(int epoch, History.Epoch result) {
    try {
      Files.writeString(file, result.toCsv(epoch), StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new DataException(
          "%s: cannot be written: %s".formatted(file, FileErrors.sentence(e)), e);
    }
  }
}
