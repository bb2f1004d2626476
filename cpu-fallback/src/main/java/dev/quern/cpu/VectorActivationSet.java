package dev.quern.cpu;

import static dev.quern.cpu.VectorWidth.LANES;

import dev.quern.kernels.Activation.Kind;
import dev.quern.kernels.Pass;
import java.util.concurrent.ConcurrentHashMap;

/** Activations over vectors. */
final class VectorActivationSet implements ActivationSet {
  /** Of a function, on a vector, and roughly: five to seventy, in 3 to 15 ns. */
  private static final long OPERATIONS = 10;

  /** Compiled code, shared like any: nothing in it depends on a device. */
  private static final ConcurrentHashMap<Function, Warming<ActivationLoops>> LOADED =
      new ConcurrentHashMap<>();

  private record Function(Kind kind, Pass pass) {}

  @Override
  public Warming<ActivationLoops> loops(Kind kind, Pass pass) {
    return LOADED.computeIfAbsent(new Function(kind, pass), VectorActivationSet::load);
  }

  private static Warming<ActivationLoops> load(Function function) {
    return VectorSimd.warming(
        new ScalarActivationLoops(),
        VectorActivationLoops::new,
        loops -> exercise(function, loops));
  }

  /**
   * Runs as short as HotSpot allows, see {@link VectorTileSet}: what it counts are calls and rounds
   * of loops, and before it compiles them, each operation on a vector takes microseconds.
   */
  private static boolean exercise(Function function, ActivationLoops loops) {
    int runs = 25;
    int vectors = 26;
    int count = vectors * LANES;
    try (NativeBlock block = new NativeBlock(3L * Float.BYTES * count)) {
      long x = block.address();
      long dy = x + (long) Float.BYTES * count;
      long dx = dy + (long) Float.BYTES * count;
      return Warming.untilCompiled(
          (long) runs * vectors * OPERATIONS,
          () -> {
            for (int run = 0; run < runs; run++) {
              if (function.pass == Pass.FORWARD) {
                loops.forward(function.kind, 1, x, dx, count);
              } else {
                loops.backward(function.kind, 1, x, dy, dx, count);
              }
            }
          });
    }
  }
}
