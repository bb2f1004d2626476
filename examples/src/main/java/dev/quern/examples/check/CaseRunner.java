package dev.quern.examples.check;

import dev.quern.core.ComputeException;
import dev.quern.core.SpecException;
import dev.quern.core.UnsupportedSpecException;
import org.jspecify.annotations.Nullable;

/** Runs one case and books what came of it. A case may fail in any way without ending the check. */
final class CaseRunner {
  private final Tally tally;

  CaseRunner(Tally tally) {
    this.tally = tally;
  }

  /** What a case does. */
  @FunctionalInterface
  interface Body {
    /** Runs; returns what is wrong, or null. */
    @Nullable String mismatch();
  }

  /** Runs a case whose refusal would be a failure. */
  void run(String name, Body body) {
    run(name, false, body);
  }

  /**
   * Runs a case.
   *
   * @param optional whether a clear refusal of the problem is as good as its result
   */
  void run(String name, boolean optional, Body body) {
    try {
      String mismatch = body.mismatch();
      if (mismatch == null) {
        tally.pass(name);
      } else {
        tally.fail(name, mismatch);
      }
    } catch (SkippedException e) {
      tally.skip(name, sentence(e));
    } catch (SpecException | UnsupportedSpecException e) {
      if (optional) {
        tally.skip(name, "optional and refused: " + sentence(e));
      } else {
        tally.fail(name, sentence(e));
      }
    } catch (ComputeException e) {
      tally.fail(name, sentence(e));
    } catch (RuntimeException e) {
      // A defect of ours or of a backend: it must show, and must not hide the cases behind it.
      tally.fail(name, "it ended in an error that should not happen: " + e);
    }
  }

  private static String sentence(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }
}
