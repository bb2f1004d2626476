package dev.quern.cpu;

import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.Pass;

/** The activations of one instruction set. */
interface ActivationSet {

  /**
   * Loops to run one function with. Functions are warmed up one by one: who uses GELU need not wait
   * for all the others.
   *
   * @param pass {@link Pass#FORWARD} or {@link Pass#BACKWARD_DATA}
   */
  Warming<ActivationLoops> loops(Kind kind, Pass pass);
}
