package dev.quern.cpu;

import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in in plain Java until the version over vectors has been compiled, then that.
 * Interpreted, code over vectors is thousands of times slower than compiled, and a training step
 * uses some twenty pieces of it: without stand-ins the first step would take seconds. Both compute
 * the same bits, so the moment of the change shows in nothing but speed.
 *
 * @param <T> the type of either version
 */
final class Warming<T> {
  /** Rounds after which code that still is not compiled is given up: a JVM without C2. */
  private static final int MOST_ROUNDS = 2_000;

  /**
   * And at least for so long: where much waits to be compiled, 2,000 short rounds are over before
   * their turn comes. Augmentation was given up after 0.2 s, and ran nine times slower for good.
   */
  private static final long LEAST_NANOS = 2_000_000_000;

  /** Compiled, a vector operation takes under a nanosecond; interpreted, more than fifty. */
  private static final long COMPILED_NANOS = 10;

  /** Uses after which it is warmed up. Those that are used once belong to a device's self-test. */
  private static final int USES_BEFORE = 2;

  private final T plain;
  private final Supplier<T> vector;
  private final Predicate<T> exercise;
  private final @Nullable WarmUp queue;
  private volatile T current;
  private volatile int uses;

  private Warming(T plain, Supplier<T> vector, Predicate<T> exercise, @Nullable WarmUp queue) {
    this.plain = plain;
    this.vector = vector;
    this.exercise = exercise;
    this.queue = queue;
    this.current = plain;
  }

  /** A version that is always the same one. */
  static <T> Warming<T> only(T version) {
    return new Warming<>(version, () -> version, v -> true, null);
  }

  /**
   * A version that changes.
   *
   * @param plain what to use first
   * @param vector makes what to use afterwards: the same bits, only faster
   * @param exercise runs it on made-up operands until it is compiled; false if it never was
   * @param queue who runs the exercise
   */
  static <T> Warming<T> of(T plain, Supplier<T> vector, Predicate<T> exercise, WarmUp queue) {
    return new Warming<>(plain, vector, exercise, queue);
  }

  /** Repeats a round of this many vector operations until it runs at the speed of compiled code. */
  static boolean untilCompiled(long operations, Runnable round) {
    long begun = System.nanoTime();
    for (int i = 0; i < MOST_ROUNDS || System.nanoTime() - begun < LEAST_NANOS; i++) {
      long start = System.nanoTime();
      round.run();
      if (System.nanoTime() - start < operations * COMPILED_NANOS) {
        return true;
      }
    }
    return false;
  }

  /** The version to use now. What is used again is warmed up; what is not is never even made. */
  T current() {
    T version = current;
    if (version == plain && queue != null) {
      noteUse(queue);
    }
    return version;
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // a rough count is enough to tell what matters
  private void noteUse(WarmUp warmUp) {
    if (++uses == USES_BEFORE) {
      warmUp.add(this);
    }
  }

  /** About how often it was asked for while cold. */
  int uses() {
    return uses;
  }

  /** Makes the version over vectors, gets it compiled, and changes to it. */
  void warmUp() {
    T made = vector.get();
    if (exercise.test(made)) {
      current = made;
    }
  }
}
