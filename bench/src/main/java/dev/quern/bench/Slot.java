package dev.quern.bench;

import dev.quern.core.DataType;

/**
 * A buffer that a workload takes.
 *
 * @param role its name in the op's contract
 * @param type element type
 * @param count number of elements
 * @param content what it is filled with
 * @param below for {@link Content#INDICES}: more than the largest of them
 */
record Slot(String role, DataType type, long count, Content content, int below) {

  /** What a buffer holds before the first run. */
  enum Content {
    /** Numbers evenly spread over [-1, 1), or bytes of all values. */
    RANDOM,
    /** Numbers evenly spread over (0, 1]. */
    POSITIVE,
    /** Whole numbers from 0 on. */
    INDICES,
    /** Zeros. */
    ZERO
  }

  static Slot floats(String role, long count) {
    return new Slot(role, DataType.FLOAT32, count, Content.RANDOM, 0);
  }

  static Slot positive(String role, long count) {
    return new Slot(role, DataType.FLOAT32, count, Content.POSITIVE, 0);
  }

  static Slot indices(String role, long count, int below) {
    return new Slot(role, DataType.INT32, count, Content.INDICES, below);
  }

  static Slot zero(String role, DataType type, long count) {
    return new Slot(role, type, count, Content.ZERO, 0);
  }
}
