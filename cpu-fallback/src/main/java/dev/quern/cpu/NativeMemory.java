package dev.quern.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * All native memory, addressed absolutely.
 *
 * <p>Kernels read and write through one constant segment over the whole address space. Its class is
 * then known to the compiler at every access, whatever else the process does with segments: a
 * kernel that has met heap and native segments in turn runs up to 25 times slower. The price is
 * that addresses are not checked here. They are checked once a run instead, by the op's contract in
 * {@code kernels}, and the conformance suite puts guard zones around every buffer.
 *
 * <p>Vectors may be loaded across the end of a buffer (never stored): {@link CpuArena} and the
 * workspace keep {@link #SLACK_BYTES} behind their last byte readable.
 */
final class NativeMemory {
  /** The address space; offsets into it are addresses. */
  @SuppressWarnings("restricted") // the caller enables native access, as for any backend
  static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  /** Byte order of everything in memory. */
  static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Readable bytes behind every block: one vector of the widest kind, and then some. */
  static final long SLACK_BYTES = 512;

  private NativeMemory() {}

  static float getFloat(long address) {
    return ALL.get(JAVA_FLOAT_UNALIGNED, address);
  }

  static void setFloat(long address, float value) {
    ALL.set(JAVA_FLOAT_UNALIGNED, address, value);
  }

  static double getDouble(long address) {
    return ALL.get(JAVA_DOUBLE_UNALIGNED, address);
  }

  static void setDouble(long address, double value) {
    ALL.set(JAVA_DOUBLE_UNALIGNED, address, value);
  }

  static int getInt(long address) {
    return ALL.get(JAVA_INT_UNALIGNED, address);
  }

  static void setInt(long address, int value) {
    ALL.set(JAVA_INT_UNALIGNED, address, value);
  }

  static int getUnsignedByte(long address) {
    return ALL.get(ValueLayout.JAVA_BYTE, address) & 0xFF;
  }

  static void load(long source, float[] target, int from, int count) {
    MemorySegment.copy(ALL, JAVA_FLOAT_UNALIGNED, source, target, from, count);
  }

  static void load(long source, int[] target, int from, int count) {
    MemorySegment.copy(ALL, JAVA_INT_UNALIGNED, source, target, from, count);
  }

  static void load(long source, byte[] target, int from, int count) {
    MemorySegment.copy(ALL, ValueLayout.JAVA_BYTE, source, target, from, count);
  }

  static void store(float[] source, int from, long target, int count) {
    MemorySegment.copy(source, from, ALL, JAVA_FLOAT_UNALIGNED, target, count);
  }

  static void store(int[] source, int from, long target, int count) {
    MemorySegment.copy(source, from, ALL, JAVA_INT_UNALIGNED, target, count);
  }

  static void copy(long source, long target, long bytes) {
    MemorySegment.copy(ALL, source, ALL, target, bytes);
  }

  static void clear(long address, long bytes) {
    ALL.asSlice(address, bytes).fill((byte) 0);
  }
}
