package dev.quern.bench.meter;

import dev.quern.bench.result.Result;
import dev.quern.bench.suite.Problem;
import dev.quern.train.Network;
import java.util.function.Supplier;

/** Measures any problem. */
public final class Meter {
  private final Conditions conditions;
  private final Supplier<Network> network;

  /**
   * A meter.
   *
   * @param conditions on which device, and how
   * @param network makes the MNIST network
   */
  public Meter(Conditions conditions, Supplier<Network> network) {
    this.conditions = conditions;
    this.network = network;
  }

  /** What becomes of a problem; an error is a result, too. */
  public Result measure(Problem problem) {
    try {
      return switch (problem) {
        case Problem.Kernel kernel -> KernelMeter.measure(conditions, kernel);
        case Problem.Network trained -> new NetworkMeter(conditions, network, trained).measure();
        case Problem.Transfer transfer -> TransferMeter.measure(conditions, transfer);
      };
    } catch (RuntimeException e) {
      return Result.failed(problem.name(), e);
    }
  }
}
