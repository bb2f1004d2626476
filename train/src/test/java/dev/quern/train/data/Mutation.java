package dev.quern.train.data;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Small damage to a file: bits turned, bytes set, cut out, put in, cut off. */
public final class Mutation {
  private Mutation() {}

  /** A damaged copy; mostly near the beginning, where the headers are. */
  public static byte[] of(byte[] right, SplittableRandom random) {
    byte[] bytes = right.clone();
    int changes = 1 + random.nextInt(3);
    for (int i = 0; i < changes && bytes.length > 1; i++) {
      int reach = random.nextBoolean() ? Math.min(24, bytes.length) : bytes.length;
      bytes = change(bytes, random.nextInt(reach), random);
    }
    return bytes;
  }

  private static byte[] change(byte[] bytes, int at, SplittableRandom random) {
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xff : 0);
      case 3 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 4 -> {
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
        System.arraycopy(bytes, at + 1, shorter, at, bytes.length - at - 1);
        return shorter;
      }
      default -> {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
        return longer;
      }
    }
    return bytes;
  }
}
