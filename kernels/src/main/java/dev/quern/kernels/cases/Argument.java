package dev.quern.kernels.cases;

import dev.quern.core.DataType;

/** One buffer of a pass: what it is called, how large it is, and what it holds before the run. */
public final class Argument {
  private final String role;
  private final Source source;
  private final boolean written;

  Argument(String role, Source source, boolean written) {
    this.role = role;
    this.source = source;
    this.written = written;
  }

  Argument asWritten() {
    return new Argument(role, source, true);
  }

  /** Its name in the op's contract. */
  public String role() {
    return role;
  }

  /** Element type. */
  public DataType type() {
    return source.type();
  }

  /** Number of elements. */
  public long count() {
    return source.count();
  }

  /** Whether the pass writes to it; what it does not write to must stay as it was. */
  public boolean written() {
    return written;
  }

  /** What it holds before the run; made at the first call, and kept. */
  public Values initial() {
    return source.values();
  }

  /**
   * The first {@code most} elements of what it holds before the run, or all if there are no more:
   * for buffers of any size. Made at each call.
   */
  public Values piece(long most) {
    return source.piece(most);
  }
}
