package dev.quern.jmh;

import dev.quern.core.ComputeException;
import dev.quern.cuda.CallCosts;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a call of NVIDIA's libraries costs the host through JCuda's JNI and as a foreign function.
 * On a GPU that is the driver's own work, too, and what the device needs for an empty kernel where
 * launches come faster than it runs them; on libraries that do nothing it is the way alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class CallBenchmark {
  /** {@link #libraries} that gcc builds. */
  static final String STUB = "stub";

  /** NVIDIA's own {@link #libraries}. */
  static final String INSTALLED = "installed";

  /** What {@code quern bench} calls the methods. */
  static final List<String> CASES =
      List.of(
          "call/context jni",
          "call/context foreign",
          "call/launch jni",
          "call/launch jni array",
          "call/launch foreign",
          "call/gemm jni",
          "call/gemm foreign");

  /** Whose calls: {@code stub}, libraries that do nothing, or {@code installed}, NVIDIA's. */
  @Param(STUB)
  public String libraries;

  private CallCosts calls;

  /** For JMH. */
  public CallBenchmark() {}

  /** Opens the libraries and sees whether the calls work. */
  @Setup
  public void open() {
    calls = open(libraries);
    require(calls.contextJni());
    require(calls.contextForeign());
    require(calls.launchJni());
    require(calls.launchJniArray());
    require(calls.launchForeign());
    calls.synchronize();
  }

  private static CallCosts open(String libraries) {
    return switch (libraries) {
      case STUB -> StubLibraries.open();
      case INSTALLED -> new CallCosts();
      default ->
          throw new ComputeException(
              "libraries must be %s or %s, but is %s".formatted(STUB, INSTALLED, libraries));
    };
  }

  private static void require(int status) {
    if (status != 0) {
      throw new ComputeException("the driver gives " + status + " for a call that should work");
    }
  }

  /** Waits for what has been launched, so that each iteration begins with an empty queue. */
  @TearDown(Level.Iteration)
  public void drain() {
    calls.synchronize();
  }

  /** Gives all back. */
  @TearDown
  public void close() {
    calls.close();
  }

  /** See {@link CallCosts#contextJni}. */
  @Benchmark
  public int contextJni() {
    return calls.contextJni();
  }

  /** See {@link CallCosts#contextForeign}. */
  @Benchmark
  public int contextForeign() {
    return calls.contextForeign();
  }

  /** See {@link CallCosts#launchJni}. */
  @Benchmark
  public int launchJni() {
    return calls.launchJni();
  }

  /** See {@link CallCosts#launchJniArray}. */
  @Benchmark
  public int launchJniArray() {
    return calls.launchJniArray();
  }

  /** See {@link CallCosts#launchForeign}. */
  @Benchmark
  public int launchForeign() {
    return calls.launchForeign();
  }

  /** See {@link CallCosts#gemmJni}. */
  @Benchmark
  public void gemmJni() {
    calls.gemmJni();
  }

  /** See {@link CallCosts#gemmForeign}. */
  @Benchmark
  public void gemmForeign() {
    calls.gemmForeign();
  }
}
