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

  Arguments input(String role, Source source) {
    list.add(new Argument(role, source, false));
    return this;
  }

  /** A buffer that is read and written. */
  Arguments updated(String role, Source source) {
    list.add(new Argument(role, source, true));
    return this;
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
    list.add(new Argument(role, Source.unwritten(type, count), true));
    return role;
  }

  List<Argument> list() {
    return list;
  }
}
