package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import dev.quern.kernels.reference.Bounded;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A buffer's contents on the host, bit by bit. */
public final class Values {
  private final DataType type;
  private final MemorySegment bits;

  private Values(DataType type, MemorySegment bits) {
    this.type = type;
    this.bits = bits;
  }

  /** Wraps FLOAT32 elements. */
  public static Values of(float... values) {
    return new Values(DataType.FLOAT32, MemorySegment.ofArray(values));
  }

  /** Wraps INT32 elements. */
  public static Values of(int... values) {
    return new Values(DataType.INT32, MemorySegment.ofArray(values));
  }

  /** Wraps UINT8 elements. */
  public static Values of(byte... values) {
    return new Values(DataType.UINT8, MemorySegment.ofArray(values));
  }

  /** Copies elements from the start of staging memory. */
  public static Values read(DataType type, MemorySegment source, long count) {
    MemorySegment part = source.asSlice(0, count * type.bytes());
    return switch (type) {
      case FLOAT32 -> of(part.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
      case INT32 -> of(part.toArray(ValueLayout.JAVA_INT_UNALIGNED));
      case UINT8 -> of(part.toArray(ValueLayout.JAVA_BYTE));
    };
  }

  /** Element type. */
  public DataType type() {
    return type;
  }

  /** Number of elements. */
  public int count() {
    return Math.toIntExact(bits.byteSize() / type.bytes());
  }

  /** The elements in native byte order, backed by the Java heap. */
  public MemorySegment bits() {
    return bits;
  }

  /** The first {@code count} elements; itself if there are no more. */
  Values first(int count) {
    return count == count() ? this : read(type, bits, count);
  }

  /** The elements of FLOAT32, not a copy. */
  float[] floats() {
    return (float[]) array();
  }

  /** The elements of INT32, not a copy. */
  int[] ints() {
    return (int[]) array();
  }

  private Object array() {
    return bits.heapBase().orElseThrow();
  }

  /** One element as a number; bytes count from 0 to 255. */
  public double number(int index) {
    return switch (type) {
      case FLOAT32 -> bits.getAtIndex(ValueLayout.JAVA_FLOAT, index);
      case INT32 -> bits.getAtIndex(ValueLayout.JAVA_INT, index);
      case UINT8 -> Byte.toUnsignedInt(bits.get(ValueLayout.JAVA_BYTE, index));
    };
  }

  /** All elements as numbers. */
  public double[] numbers() {
    if (type == DataType.FLOAT32) {
      return Bounded.widen(floats());
    }
    double[] numbers = new double[count()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = number(i);
    }
    return numbers;
  }

  /** Index of the first byte that differs, or -1 if all bits are the same. */
  public long mismatch(Values other) {
    return bits.mismatch(other.bits);
  }
}
