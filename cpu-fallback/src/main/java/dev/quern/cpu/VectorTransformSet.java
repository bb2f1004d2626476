package dev.quern.cpu;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/** Line transforms over vectors of the width that {@link VectorWidth} settled on. */
final class VectorTransformSet implements TransformSet {
  /** Loaded code, shared like any class: nothing in it depends on a device. */
  private static final ConcurrentHashMap<LineShape, Warming<LineTransform>> LOADED =
      new ConcurrentHashMap<>();

  @Override
  public int lanes() {
    return VectorWidth.LANES;
  }

  @Override
  public Warming<LineTransform> transform(LineShape shape) {
    return LOADED.computeIfAbsent(shape, VectorTransformSet::load);
  }

  private static Warming<LineTransform> load(LineShape shape) {
    return VectorSimd.warming(
        new PlainLineTransform(shape, VectorWidth.LANES),
        () -> new VectorLineGenerator(shape).generate(),
        transform -> exercise(shape, transform));
  }

  /** Lines one after the other in memory. */
  private static boolean exercise(LineShape shape, LineTransform transform) {
    int runs = 200;
    int lines = shape.matrix().inputs();
    long[] from = offsets(lines * shape.matrix().inputs());
    long[] to = offsets(lines * shape.matrix().outputs());
    long bytes = VectorWidth.BYTES * from.length;
    try (NativeBlock block = new NativeBlock(bytes + VectorWidth.BYTES * to.length)) {
      long source = block.address();
      return Warming.untilCompiled(
          (long) runs * from.length * shape.matrix().outputs(),
          () -> {
            for (int run = 0; run < runs; run++) {
              transform.run(source, from, source + bytes, to, lines, source);
            }
          });
    }
  }

  private static long[] offsets(int count) {
    long[] offsets = new long[count];
    Arrays.setAll(offsets, i -> i * VectorWidth.BYTES);
    return offsets;
  }
}
