package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;

/**
 * A run of float32 in native memory, at an address that is no multiple of a vector, between two
 * zones that nothing may write to.
 */
final class GuardedMemory implements AutoCloseable {
  private static final int GUARD = 64;
  private static final int UNALIGNED = 3;
  private static final int PATTERN = 0x7FC5A5A5; // a NaN, so that reading it shows, too

  private final NativeBlock block;
  private final int count;

  /** Memory of NaN. */
  GuardedMemory(int count) {
    this.count = count;
    block = new NativeBlock(4L * (count + 2 * GUARD + UNALIGNED));
    for (int i = -GUARD; i < count + GUARD; i++) {
      NativeMemory.setInt(address() + 4L * i, PATTERN);
    }
  }

  /** Memory of these values. */
  static GuardedMemory of(float... values) {
    GuardedMemory memory = new GuardedMemory(values.length);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.setFloat(memory.address() + 4L * i, values[i]);
    }
    return memory;
  }

  /** Memory of these values. */
  static GuardedMemory of(int... values) {
    GuardedMemory memory = new GuardedMemory(values.length);
    for (int i = 0; i < values.length; i++) {
      NativeMemory.setInt(memory.address() + 4L * i, values[i]);
    }
    return memory;
  }

  /** Numbers between -4 and 4. */
  static float[] random(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat() * 8 - 4;
    }
    return values;
  }

  long address() {
    return block.address() + 4L * (GUARD + UNALIGNED);
  }

  /** The values, after a look at the zones around them. */
  float[] floats() {
    requireGuards();
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = NativeMemory.getFloat(address() + 4L * i);
    }
    return values;
  }

  /** The values as int32, after a look at the zones around them. */
  int[] ints() {
    requireGuards();
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = NativeMemory.getInt(address() + 4L * i);
    }
    return values;
  }

  private void requireGuards() {
    for (int i = 1; i <= GUARD; i++) {
      assertThat(NativeMemory.getInt(address() - 4L * i)).as("%d before", i).isEqualTo(PATTERN);
      assertThat(NativeMemory.getInt(address() + 4L * (count + i - 1)))
          .as("%d behind", i)
          .isEqualTo(PATTERN);
    }
  }

  @Override
  public void close() {
    block.close();
  }
}
