package dev.quern.cuda;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Version numbers, as they stand in names of files and come out of libraries. */
final class Versions {
  private static final Pattern PART = Pattern.compile("\\d+|\\D+");

  private Versions() {}

  /** Compares texts part by part, runs of digits as numbers: cuda-12.10 is above cuda-12.9. */
  static int compare(String a, String b) {
    Matcher partsOfA = PART.matcher(a);
    Matcher partsOfB = PART.matcher(b);
    while (true) {
      boolean more = partsOfA.find();
      if (!partsOfB.find()) {
        return more ? 1 : 0;
      }
      if (!more) {
        return -1;
      }
      int order = compareParts(partsOfA.group(), partsOfB.group());
      if (order != 0) {
        return order;
      }
    }
  }

  private static int compareParts(String a, String b) {
    boolean numbers = Character.isDigit(a.charAt(0)) && Character.isDigit(b.charAt(0));
    if (numbers && a.length() != b.length()) {
      return Integer.compare(a.length(), b.length()); // no leading zeros in versions
    }
    return a.compareTo(b);
  }

  /** A CUDA version out of 1000 * major + 10 * minor: 12060 is 12.6. */
  static String ofCuda(long number) {
    return number / 1000 + "." + number % 1000 / 10;
  }

  /** A cuDNN version: 90501 is 9.5.1, 8907 is 8.9.7 (the factor changed with cuDNN 9). */
  static String ofCudnn(long number) {
    return number >= 10_000
        ? number / 10_000 + "." + number % 10_000 / 100 + "." + number % 100
        : number / 1000 + "." + number % 1000 / 100 + "." + number % 100;
  }
}
