package dev.quern.bench.peers;

import dev.quern.kernels.cases.Values;
import java.util.Map;

/** A pass of a kernel. */
public interface KernelRun extends PeerRun {

  /**
   * What the last run computed, by the roles of the op's contract and in its layouts. What the run
   * leaves out, as {@link #how} says, is made up for here.
   */
  Map<String, Values> outputs();
}
