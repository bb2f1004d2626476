package dev.quern.core;

/** The type of a buffer's elements, as stored in device memory in the device's byte order. */
public enum DataType {
  /** IEEE 754 single precision, 4 bytes. */
  FLOAT32(4),
  /** Two's complement integer, 4 bytes. */
  INT32(4),
  /** Unsigned byte: pixels and labels of a data set. */
  UINT8(1);

  private final int bytes;

  DataType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element in bytes. */
  public int bytes() {
    return bytes;
  }
}
