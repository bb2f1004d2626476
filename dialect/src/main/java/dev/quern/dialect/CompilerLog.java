package dev.quern.dialect;

/** What compilers say about kernels. */
public final class CompilerLog {
  private CompilerLog() {}

  /** The line of a log that says what is wrong. */
  public static String firstError(String log) {
    return log.lines()
        .filter(line -> line.contains("error"))
        .findFirst()
        .or(() -> log.lines().findFirst())
        .orElse("the compiler gave no reason");
  }
}
