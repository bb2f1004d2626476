package dev.quern.core;

/**
 * The problem itself is wrong on every device: a shape, a stride or a buffer that breaks the rule
 * of its op. Thrown while a spec is built, or when a kernel is handed a buffer that does not fit.
 */
public final class SpecException extends ComputeException {
  private static final long serialVersionUID = 1L;

  /** States the broken rule, its formula and the numbers in it. */
  public SpecException(String message) {
    super(message);
  }
}
