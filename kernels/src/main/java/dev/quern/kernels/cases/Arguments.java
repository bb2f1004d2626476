package dev.quern.kernels.cases;

import dev.quern.core.DataType;
import java.util.ArrayList;
import java.util.List;

/** Collects the buffers of one pass. */
final class Arguments {
  private final Inputs inputs;
  private final List<Argument> list = new ArrayList<>();

  Arguments(Inputs inputs) {
    this.inputs = inputs;
  }

  Arguments input(String role, Values values) {
    list.add(Argument.input(role, values));
    return this;
  }

  Arguments input(String role, float[] values) {
    return input(role, Values.of(values));
  }

  Arguments input(String role, int[] values) {
    return input(role, Values.of(values));
  }

  /** A buffer that is read and written. */
  Arguments updated(String role, Values values) {
    list.add(new Argument(role, values, true));
    return this;
  }

  Arguments updated(String role, float[] values) {
    return updated(role, Values.of(values));
  }

  Arguments updated(String role, int[] values) {
    return updated(role, Values.of(values));
  }

  /** A FLOAT32 output; see the other method. */
  String output(String role, long count, String... mayAlias) {
    return output(role, DataType.FLOAT32, count, mayAlias);
  }

  /**
   * An output, overwritten entirely.
   *
   * @param mayAlias inputs whose memory it may share, and shares if the case's variant says so
   * @return the role whose buffer the output goes to: its own or that input's
   */
  String output(String role, DataType type, long count, String... mayAlias) {
    for (String input : mayAlias) {
      if (inputs.shares(input)) {
        list.replaceAll(a -> a.role().equals(input) ? a.asWritten() : a);
        return input;
      }
    }
    list.add(Argument.output(role, type, count));
    return role;
  }

  List<Argument> list() {
    return list;
  }
}
