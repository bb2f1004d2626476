package dev.quern.bench.meter;

import dev.quern.bench.machine.Calm;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What was measured while the machine was calm. It is looked at again and again; what came between
 * two looks of which the second finds it disturbed is dropped, since nothing else would show it: a
 * host slows a machine down for tenths of a second or for minutes, and all samples of such a time
 * agree.
 *
 * @param <T> what a sample is
 */
final class CalmSamples<T> {
  /** Between two looks, which take a quarter of it. */
  private static final long SPELL_NANOS = 60_000_000;

  private final Calm calm;
  private final List<T> samples = new ArrayList<>();

  /** Samples before the last look. */
  private int kept;

  private long looked = System.nanoTime();

  CalmSamples(Calm calm) {
    this.calm = calm;
  }

  /** Adds a sample, and looks if it is time. */
  void add(T sample) {
    samples.add(sample);
    if (System.nanoTime() - looked >= SPELL_NANOS) {
      look();
    }
  }

  /** Forgets all. */
  void clear() {
    samples.clear();
    kept = 0;
  }

  /** Whether the samples since the last look are good, too; if not, they are gone. */
  boolean look() {
    boolean holds = calm.holds();
    if (!holds) {
      samples.subList(kept, samples.size()).clear();
      calm.repeat((System.nanoTime() - looked) / 1e9);
    }
    kept = samples.size();
    looked = System.nanoTime();
    return holds;
  }

  /** All there are. */
  List<T> list() {
    return Collections.unmodifiableList(samples);
  }
}
