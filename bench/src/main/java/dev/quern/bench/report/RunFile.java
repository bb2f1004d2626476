package dev.quern.bench.report;

import dev.quern.bench.result.Fields;
import dev.quern.bench.result.Run;
import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/** Reads what {@code quern bench --json} wrote. */
public final class RunFile {
  private RunFile() {}

  /**
   * The run in a file.
   *
   * @throws DataException if it cannot be read, or holds something else
   */
  public static Run read(Path path) {
    try {
      return Run.from(new Fields(path.toString(), JSON.std.mapFrom(Files.readString(path))));
    } catch (IOException e) {
      throw new DataException(path + " cannot be read: " + FileErrors.sentence(e), e);
    } catch (JacksonException e) {
      throw new DataException(
          path
              + " is no JSON object: "
              + e.getOriginalMessage()
              + " (quern bench --json writes one)",
          e);
    }
  }
}
