package dev.quern.bench.peers;

import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Values;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The inputs of a case, whose right answer is known. */
record CaseOperands(List<Argument> arguments) implements Operands {

  @Override
  public float[] floats(String role, long count) {
    return values(role, count).bits().toArray(ValueLayout.JAVA_FLOAT);
  }

  @Override
  public int[] integers(String role, long count, int below) {
    return values(role, count).bits().toArray(ValueLayout.JAVA_INT);
  }

  private Values values(String role, long count) {
    Values values =
        arguments.stream()
            .filter(argument -> argument.role().equals(role))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("there is no input " + role))
            .initial();
    if (values.count() != count) {
      throw new IllegalArgumentException(
          "%s has %d elements, not %d".formatted(role, values.count(), count));
    }
    return values;
  }
}
