package dev.quern.core;

import java.lang.foreign.MemorySegment;

/** Copies between Java arrays and buffers, through native memory, waiting for the device. */
final class ArrayCopy {
  private static final long ALIGNMENT = 64;

  private ArrayCopy() {}

  static void write(Stream stream, DeviceBuffer target, MemorySegment values) {
    stream.beginCopy(target, "a copy from the host");
    if (values.byteSize() != target.bytes()) {
      throw new SpecException(
          "write: the array must have as many bytes as the buffer, but has %d and %s has %d"
              .formatted(values.byteSize(), target, target.bytes()));
    }
    try (java.lang.foreign.Arena staging = java.lang.foreign.Arena.ofConfined()) {
      MemorySegment copy = staging.allocate(Math.max(1, values.byteSize()), ALIGNMENT);
      MemorySegment.copy(values, 0, copy, 0, values.byteSize());
      stream.enqueueWrite(copy, target);
      stream.await();
    }
  }

  static float[] floats(Stream stream, DeviceBuffer source) {
    requireType(source, DataType.FLOAT32);
    float[] values = new float[Math.toIntExact(source.count())];
    read(stream, source, MemorySegment.ofArray(values));
    return values;
  }

  static int[] ints(Stream stream, DeviceBuffer source) {
    requireType(source, DataType.INT32);
    int[] values = new int[Math.toIntExact(source.count())];
    read(stream, source, MemorySegment.ofArray(values));
    return values;
  }

  private static void requireType(DeviceBuffer buffer, DataType type) {
    if (buffer.type() != type) {
      throw new SpecException(buffer + " must hold " + type);
    }
  }

  private static void read(Stream stream, DeviceBuffer source, MemorySegment values) {
    stream.beginCopy(source, "a copy to the host");
    try (java.lang.foreign.Arena staging = java.lang.foreign.Arena.ofConfined()) {
      MemorySegment copy = staging.allocate(Math.max(1, values.byteSize()), ALIGNMENT);
      stream.enqueueRead(source, copy);
      stream.await();
      MemorySegment.copy(copy, 0, values, 0, values.byteSize());
    }
  }
}
