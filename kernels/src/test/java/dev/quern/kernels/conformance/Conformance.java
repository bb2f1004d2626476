package dev.quern.kernels.conformance;

import dev.quern.core.Device;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the parts of the suite are given. */
interface Conformance {
  /** Cost of a run that is neither trivial nor slow. */
  double TYPICAL_FLOPS = 5e4;

  /** The id of the device to test. */
  String deviceId();

  /** The device, open. */
  Device device();

  /** One ordinary case of each op, of middling cost. */
  static List<Case<?>> oneOfEachOp() {
    Map<Class<?>, Case<?>> chosen = new LinkedHashMap<>();
    Cases.all().stream()
        .filter(c -> c.plain() && c.fill() == Fill.REAL)
        .sorted(Comparator.comparingDouble(Conformance::distance))
        .forEach(c -> chosen.putIfAbsent(c.spec().getClass(), c));
    return List.copyOf(chosen.values());
  }

  private static double distance(Case<?> problem) {
    double flops =
        problem.spec().passes().stream().mapToDouble(problem.spec()::flops).max().orElse(0);
    return Math.abs(Math.log((flops + 1) / TYPICAL_FLOPS));
  }
}
