package dev.quern.examples.check;

/** What a tensor's elements were in the file that it came from. */
enum ElementType {
  FLOAT32(4),
  FLOAT64(8),
  INT32(4),
  INT64(8),
  UINT8(1),
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of a stored element in bytes. */
  int bytes() {
    return bytes;
  }
}
