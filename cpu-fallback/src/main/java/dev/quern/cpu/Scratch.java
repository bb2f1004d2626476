package dev.quern.cpu;

/**
 * Arrays of one thread for loops in plain Java to work in, kept and grown: a run allocates nothing
 * once it has been run before.
 */
final class Scratch {
  private static final int SLOTS = 4;
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private final float[][] floats = new float[SLOTS][0];
  private final int[][] ints = new int[SLOTS][0];

  private byte[] bytes = new byte[0];

  private Scratch() {}

  /** The calling thread's. */
  static Scratch ofThisThread() {
    return OF_THREAD.get();
  }

  /** An array of at least {@code length}; the same one for the same slot, whatever is in it. */
  float[] floats(int slot, int length) {
    if (floats[slot].length < length) {
      floats[slot] = new float[Math.max(length, 2 * floats[slot].length)];
    }
    return floats[slot];
  }

  /** An array of at least {@code length}; always the same one, whatever is in it. */
  byte[] bytes(int length) {
    if (bytes.length < length) {
      bytes = new byte[Math.max(length, 2 * bytes.length)];
    }
    return bytes;
  }

  /** An array of at least {@code length}; the same one for the same slot, whatever is in it. */
  int[] ints(int slot, int length) {
    if (ints[slot].length < length) {
      ints[slot] = new int[Math.max(length, 2 * ints[slot].length)];
    }
    return ints[slot];
  }
}
