package dev.quern.kernels.conformance;

import static dev.quern.core.DataType.FLOAT32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Arena;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Kernel;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Streams: events, recording, leases and two threads at once. */
interface StreamConformance extends Conformance {
  /** Rounds that two threads run side by side. */
  int ROUNDS = 20;

  /** Events come in order, and the time between them is not negative. */
  @Test
  default void eventsMeasureTime() {
    try (Arena arena = device().newArena("events", 1 << 20);
        Stream stream = device().newStream()) {
      DeviceBuffer buffer = arena.allocate("x", FLOAT32, 1 << 18);
      try (Event start = stream.mark()) {
        stream.clear(buffer);
        try (Event end = stream.mark()) {
          end.synchronize();
          assertThat(end.nanosSince(start)).isNotNegative();
        }
      }
    }
  }

  /** A replay keeps what it uses from being closed, until it is closed itself. */
  @Test
  default void replayLeasesWhatItUses() {
    try (Arena arena = device().newArena("leased", 256);
        Stream stream = device().newStream()) {
      DeviceBuffer buffer = arena.allocate("x", FLOAT32, 4);
      stream.clear(buffer);
      try (Replay replay = stream.record("clearing", () -> stream.clear(buffer))) {
        assertThatThrownBy(arena::close)
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("leased")
            .hasMessageContaining("clearing");
        stream.write(buffer, new float[] {1, 2, 3, 4});
        replay.launch();
        assertThat(stream.readFloats(buffer)).containsOnly(0f);
      }
    }
  }

  /** A recording launched many times does its work each time. */
  @Test
  default void replayRunsAsOftenAsLaunched() {
    try (Arena arena = device().newArena("chain", 4 * 256);
        Stream stream = device().newStream()) {
      DeviceBuffer[] chain = new DeviceBuffer[4];
      for (int i = 0; i < chain.length; i++) {
        chain[i] = arena.allocate("link" + i, FLOAT32, 1);
      }
      Runnable shift =
          () -> {
            for (int i = 0; i + 1 < chain.length; i++) {
              stream.copy(chain[i + 1], chain[i]);
            }
          };
      shift.run();
      for (int i = 0; i < chain.length; i++) {
        stream.write(chain[i], new float[] {i});
      }
      try (Replay replay = stream.record("shift", shift)) {
        replay.launch();
        replay.launch();
        assertThat(stream.readFloats(chain[0])).containsExactly(2f);
        assertThat(stream.readFloats(chain[1])).containsExactly(3f);
      }
    }
  }

  /** What is no device work is refused while recording, and the stream stays usable. */
  @Test
  default void recordingRefusesHostWork() {
    try (Arena arena = device().newArena("recorded", 256);
        Stream stream = device().newStream()) {
      DeviceBuffer buffer = arena.allocate("x", FLOAT32, 1);
      stream.clear(buffer);
      assertThatThrownBy(() -> stream.record("bad", () -> stream.write(buffer, new float[1])))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("bad");
      stream.write(buffer, new float[] {5});
      assertThat(stream.readFloats(buffer)).containsExactly(5f);
    }
  }

  /** Two threads with a stream each get the bits that one thread gets. */
  @Test
  default void twoThreadsDoNotDisturbEachOther() throws Exception {
    List<Case<?>> cases = Conformance.oneOfEachOp();
    List<Values> alone = runAll(cases, 1);
    CyclicBarrier start = new CyclicBarrier(2);
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<List<Values>>> answers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return runAll(cases, ROUNDS);
                }));
      }
      for (Future<List<Values>> answer : answers) {
        List<Values> together = answer.get();
        for (int i = 0; i < alone.size(); i++) {
          assertThat(alone.get(i).mismatch(together.get(i))).as("buffer %d", i).isEqualTo(-1);
        }
      }
    }
  }

  private List<Values> runAll(List<Case<?>> cases, int rounds) {
    List<Values> last = new ArrayList<>();
    try (Stream stream = device().newStream();
        GuardedBuffers memory = new GuardedBuffers(stream)) {
      for (int round = 0; round < rounds; round++) {
        last.clear();
        cases.forEach(c -> collect(stream, c, memory, last));
      }
    }
    return last;
  }

  private static <K extends Kernel> void collect(
      Stream stream, Case<K> problem, GuardedBuffers memory, List<Values> into) {
    CaseRunner.forEachPass(stream, problem, memory, trial -> into.addAll(trial.runOnce()));
  }
}
