package dev.quern.bench.result;

/** How a measurement can go. */
public enum Outcome {
  /** Measured. */
  OK("ok"),
  /** The problem is not offered, and it is said why. */
  ABSENT("absent"),
  /** Wrong numbers, or an error. */
  FAILED("failed");

  private final String text;

  Outcome(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
