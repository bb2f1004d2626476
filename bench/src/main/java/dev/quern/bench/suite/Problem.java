package dev.quern.bench.suite;

import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Cases;
import java.util.Locale;

/** A line of the benchmark: what Quern is given to do, and others, too. */
public sealed interface Problem {

  /** The name of the line, by which anybody finds it again. */
  String name();

  /**
   * A pass of a kernel.
   *
   * @param spec the problem
   * @param pass what is run of it
   */
  record Kernel(OpSpec<?> spec, Pass pass) implements Problem {
    /** Operations from which on the reference would take longer than the measuring. */
    private static final double MOST_CHECKED_FLOPS = 2e8;

    /** Elements from which on the reference would take more memory than the launcher gives. */
    private static final long MOST_CHECKED_ELEMENTS = 2_000_000;

    /** Whether an answer is compared with the reference before it is timed: where that is quick. */
    public boolean isChecked() {
      return spec.flops(pass) <= MOST_CHECKED_FLOPS && elements() <= MOST_CHECKED_ELEMENTS;
    }

    private long elements() {
      return Cases.inTraining(spec).runs().stream()
          .filter(run -> run.pass() == pass)
          .flatMap(run -> run.arguments().stream())
          .mapToLong(Argument::count)
          .sum();
    }

    @Override
    public String name() {
      return spec.describe() + " " + pass;
    }
  }

  /**
   * The MNIST network.
   *
   * @param training whether steps of training are run, and not forward runs alone
   * @param batch pictures in a run
   */
  record Network(boolean training, int batch) implements Problem {
    @Override
    public String name() {
      return "%s/mnist-b%d".formatted(training ? "train-step" : "inference", batch);
    }
  }

  /**
   * Elements on their way: within the device's memory, to it, or from it.
   *
   * @param way from where to where
   * @param count of FLOAT32 elements
   */
  record Transfer(Way way, long count) implements Problem {

    /** Where elements come from and go to. */
    public enum Way {
      /** From one buffer of the device to another: the ceiling of what memory bounds. */
      COPY,
      /** From staging memory of the host to the device. */
      UPLOAD,
      /** From the device to staging memory of the host. */
      DOWNLOAD;

      @Override
      public String toString() {
        return name().toLowerCase(Locale.ROOT);
      }
    }

    @Override
    public String name() {
      return way + "/" + count;
    }
  }
}
