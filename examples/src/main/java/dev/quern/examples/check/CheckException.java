package dev.quern.examples.check;

import dev.quern.core.ComputeException;
import org.jspecify.annotations.Nullable;

/**
 * A file of outside cases is missing, broken, or asks for what is not offered; says which and why.
 */
public final class CheckException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** States the file or case, the rule and the numbers in one sentence. */
  public CheckException(String message) {
    super(message);
  }

  /** The same, with the error behind it. */
  public CheckException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
