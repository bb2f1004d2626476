package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Random;
import java.util.function.Consumer;

/** Feeds a reader damaged versions of good input: it must succeed or say what is wrong. */
final class Mutations {
  private Mutations() {}

  /** Tries {@code count} seeded mutations; anything but success or the reader's own error fails. */
  static void tryAll(byte[] good, long seed, int count, Consumer<byte[]> reader) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      byte[] damaged = damage(good, random);
      try {
        reader.accept(damaged);
      } catch (CheckException expected) {
        // one of the two ways that it may end
      } catch (RuntimeException e) {
        fail("seed " + seed + ", mutation " + i + ": " + e, e);
      }
    }
  }

  private static byte[] damage(byte[] good, Random random) {
    byte[] bytes = good.clone();
    switch (random.nextInt(4)) {
      case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      case 1 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(16));
      default -> {
        int flips = 1 + random.nextInt(4);
        for (int i = 0; i < flips; i++) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
      }
    }
    return bytes;
  }
}
