package dev.quern.kernels.cases;

import dev.quern.core.Kernel;
import dev.quern.kernels.OpSpec;
import java.util.List;

/**
 * A named problem with everything to run it: what the conformance suite checks and the benchmarks
 * time.
 */
public final class Case<K extends Kernel> {

  /** Binds a spec's passes to inputs; one for each op. */
  @FunctionalInterface
  interface Binder<K extends Kernel> {
    List<Run<K>> bind(Inputs inputs);
  }

  private final OpSpec<K> spec;
  private final Fill fill;
  private final Variant variant;
  private final Binder<K> binder;

  Case(OpSpec<K> spec, Fill fill, Variant variant, Binder<K> binder) {
    this.spec = spec;
    this.fill = fill;
    this.variant = variant;
    this.binder = binder;
  }

  /** The spec's own description, the fill and what is special, joined by tildes; unique. */
  public String name() {
    String special = variant.name().isEmpty() ? "" : "~" + variant.name();
    return spec.describe() + "~" + fill + special;
  }

  /** The problem. */
  public OpSpec<K> spec() {
    return spec;
  }

  /** What its inputs are filled with. */
  public Fill fill() {
    return fill;
  }

  /** Whether its inputs, arguments and buffers are the ordinary ones, fit to be timed. */
  public boolean plain() {
    return variant == Variant.PLAIN;
  }

  /** Its passes with freshly filled inputs, the same ones at each call. */
  public List<Run<K>> runs() {
    return binder.bind(new Inputs(fill, variant, name().hashCode()));
  }

  @Override
  public String toString() {
    return name();
  }
}
