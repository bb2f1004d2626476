package dev.quern.bench.peers;

/**
 * What the two processes say to each other, a line each. Requests: {@code prepare NAME}, {@code
 * round NANOS}. Answers, behind a mark, since libraries print what they like: {@code hello
 * VERSION}, then to the one {@code ready HOW}, {@code absent WHY} or {@code failed WHY}, to the
 * other {@code time NANOS} or {@code failed WHY}.
 */
final class Lines {
  /** In front of every answer, at the start of a line. */
  static final String MARK = "quern-peer: ";

  static final String HELLO = "hello ";
  static final String PREPARE = "prepare ";
  static final String READY = "ready ";
  static final String ABSENT = "absent ";
  static final String FAILED = "failed ";
  static final String ROUND = "round ";
  static final String TIME = "time ";

  private Lines() {}
}
