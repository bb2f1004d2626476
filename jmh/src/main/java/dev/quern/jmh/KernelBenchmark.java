package dev.quern.jmh;

import dev.quern.bench.meter.PreparedPass;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * A kernel of the suite on a device, from the call to the end of its work. Kernels begin in plain
 * Java until their vectors are compiled, which JMH's iterations cannot know: so they are warm
 * before the first of them. Two processes, since what the compiler makes of one and the same code
 * differs between them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(2)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class KernelBenchmark {
  /** Names that {@code quern bench --list} gives; by default two that are timed quickly. */
  @Param({"gemm/NNm512n512k512 forward", "relu/16777216 forward"})
  public String kernel;

  /** The id of the device. */
  @Param("cpu")
  public String device;

  /** Of products; names of cases in TF32 say so. */
  @Param("FP32")
  public Precision precision;

  private Device opened;
  private PreparedPass pass;

  /** For JMH. */
  public KernelBenchmark() {}

  /** Opens the device and prepares the kernel, whose answer is compared where it is small. */
  @Setup
  public void open() {
    opened = Detection.detect(device).require(device).open();
    try {
      pass = PreparedPass.warm(opened, precision, kernel);
    } catch (RuntimeException e) {
      opened.close(); // JMH tears down only what it has set up
      throw e;
    }
  }

  /** Gives all back. */
  @TearDown
  public void close() {
    try {
      pass.close();
    } finally {
      opened.close();
    }
  }

  /** A run. */
  @Benchmark
  public void run() {
    pass.run();
  }
}
