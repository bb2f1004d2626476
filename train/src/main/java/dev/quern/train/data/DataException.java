package dev.quern.train.data;

import dev.quern.core.ComputeException;
import org.jspecify.annotations.Nullable;

/**
 * A data file is missing, unreadable or wrong; the message names the file, the rule and the
 * numbers.
 */
public final class DataException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** States file, rule and numbers in one sentence. */
  public DataException(String message) {
    super(message);
  }

  /** The same, with the error behind it. */
  public DataException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
