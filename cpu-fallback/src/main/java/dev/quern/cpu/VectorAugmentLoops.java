package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.ScalarAugmentLoops.UNIT;
import static dev.quern.cpu.VectorWidth.BYTES;
import static dev.quern.cpu.VectorWidth.FIRST;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.INTS;
import static dev.quern.cpu.VectorWidth.LANES;
import static dev.quern.kernels.Placement.FRACTION;
import static dev.quern.kernels.Placement.PIXEL;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import dev.quern.kernels.Augment;
import dev.quern.kernels.Placement;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;

/**
 * {@link AugmentLoops} over vectors.
 *
 * <p>A single channel by vectors of pixels. Their neighbours lie on a line through a few rows of
 * the image, and since positions are less than two pixels apart, within two vectors of each row: so
 * each of these rows is loaded once, and its pixels are picked from registers for the lanes that it
 * is the upper or lower row of. With gathers, which Java has from arrays alone, a pixel of 32
 * digits took 2.7 ns instead of 1.7.
 *
 * <p>Several channels by vectors of a pixel's channels.
 */
final class VectorAugmentLoops implements AugmentLoops {
  private static final ScalarAugmentLoops PLAIN = new ScalarAugmentLoops();
  private static final IntVector LANE_NUMBERS = IntVector.zero(INTS).addIndex(1);
  private static final VectorShuffle<Float> TURNED =
      VectorShuffle.fromOp(FLOATS, lane -> LANES - 1 - lane);

  @Override
  public void sample(Placement placement, long padded, long y) {
    Augment.Spec spec = placement.spec();
    Scratch scratch = Scratch.ofThisThread();
    int room = spec.w() + LANES;
    int[] rows = scratch.ints(0, room);
    int[] columns = scratch.ints(1, room);
    float[] above = scratch.floats(0, room);
    float[] below = scratch.floats(1, room);
    for (int i = 0; i < spec.h(); i++) {
      long target = y + 4L * i * spec.w() * spec.c();
      locate(placement, i, rows, columns);
      if (spec.c() == 1) {
        pick(spec, padded, rows, columns, above, below);
        mix(spec.w(), rows, above, below, target);
      } else {
        sampleChannels(spec, padded, rows, columns, target);
      }
    }
  }

  /** Where a row's pixels are sampled, none of them farther out than the margin. */
  private static void locate(Placement placement, int i, int[] rows, int[] columns) {
    int height = placement.spec().h();
    int width = placement.spec().w();
    IntVector downwards = LANE_NUMBERS.mul(placement.rowAcross());
    IntVector rightwards = LANE_NUMBERS.mul(placement.columnAcross());
    for (int j = 0; j < width; j += LANES) {
      IntVector p = downwards.add(placement.row(i, j));
      IntVector q = rightwards.add(placement.column(i, j));
      p.max(-PIXEL).min(height * PIXEL).intoArray(rows, j);
      q.max(-PIXEL).min(width * PIXEL).intoArray(columns, j);
    }
  }

  /**
   * For a row's pixels of a single channel, what lies between the two neighbours above and between
   * those below. A method of its own, as one that goes on to {@link #mix} is too large for C2: in
   * every second process it made objects of the vectors, and took nine times as long.
   */
  private static void pick(
      Augment.Spec spec, long padded, int[] rows, int[] columns, float[] above, float[] below) {
    long stride = PaddedImage.stride(spec);
    long origin = padded + PaddedImage.origin(spec);
    int lastVector = Math.max(0, spec.w() - LANES);
    int across = Math.min(spec.w(), LANES) - 1;
    for (int j = 0; ; j = Math.min(j + LANES, lastVector)) {
      int first = Math.min(rows[j], rows[j + across]) >> 16;
      int last = (Math.max(rows[j], rows[j + across]) >> 16) + 1;
      int column = Math.min(columns[j], columns[j + across]) >> 16;
      IntVector row = IntVector.fromArray(INTS, rows, j).lanewise(VectorOperators.ASHR, 16);
      IntVector q = IntVector.fromArray(INTS, columns, j);
      IntVector left = q.lanewise(VectorOperators.ASHR, 16).sub(column);
      IntVector right = left.add(1);
      FloatVector share = ((FloatVector) q.and(FRACTION).castShape(FLOATS, 0)).mul(UNIT);
      FloatVector rest = FloatVector.broadcast(FLOATS, 1).sub(share);
      VectorMask<Float> plumb = share.compare(VectorOperators.EQ, 0);
      FloatVector top = FloatVector.zero(FLOATS);
      FloatVector low = FloatVector.zero(FLOATS);
      long at = origin + first * stride + 4L * column;
      for (int r = first; r <= last; r++, at += stride) {
        IntVector front = IntVector.fromMemorySegment(INTS, ALL, at, ORDER);
        IntVector back = IntVector.fromMemorySegment(INTS, ALL, at + BYTES, ORDER);
        FloatVector a = left.selectFrom(front, back).reinterpretAsFloats();
        FloatVector b = right.selectFrom(front, back).reinterpretAsFloats().blend(0, plumb);
        FloatVector between = b.fma(share, a.mul(rest));
        top = top.blend(between, row.compare(VectorOperators.EQ, r).cast(FLOATS));
        low = low.blend(between, row.compare(VectorOperators.EQ, r - 1).cast(FLOATS));
      }
      top.intoArray(above, j);
      low.intoArray(below, j);
      if (j == lastVector) {
        return;
      }
    }
  }

  /** What lies between what lies above a row's pixels and what lies below them. */
  private static void mix(int width, int[] rows, float[] above, float[] below, long y) {
    int lastVector = Math.max(0, width - LANES);
    for (int j = 0; ; j = Math.min(j + LANES, lastVector)) {
      IntVector fraction = IntVector.fromArray(INTS, rows, j).and(FRACTION);
      FloatVector share = ((FloatVector) fraction.castShape(FLOATS, 0)).mul(UNIT);
      FloatVector top = FloatVector.fromArray(FLOATS, above, j);
      FloatVector low = FloatVector.fromArray(FLOATS, below, j);
      VectorMask<Float> level = share.compare(VectorOperators.EQ, 0);
      top = top.mul(FloatVector.broadcast(FLOATS, 1).sub(share));
      FloatVector value = low.blend(0, level).fma(share, top);
      if (width < LANES) {
        value.intoMemorySegment(ALL, y, ORDER, FLOATS.indexInRange(0, width));
        return;
      }
      value.intoMemorySegment(ALL, y + 4L * j, ORDER);
      if (j == lastVector) {
        return;
      }
    }
  }

  /** A row's pixels of several channels. */
  private static void sampleChannels(
      Augment.Spec spec, long padded, int[] rows, int[] columns, long y) {
    int channels = spec.c();
    long pixel = 4L * channels;
    long stride = PaddedImage.stride(spec);
    long origin = padded + PaddedImage.origin(spec);
    for (int j = 0; j < spec.w(); j++) {
      long source = origin + (rows[j] >> 16) * stride + (columns[j] >> 16) * pixel;
      long target = y + j * pixel;
      float below = (rows[j] & FRACTION) * UNIT;
      float beside = (columns[j] & FRACTION) * UNIT;
      FloatVector down = FloatVector.broadcast(FLOATS, below);
      FloatVector across = FloatVector.broadcast(FLOATS, beside);
      FloatVector up = FloatVector.broadcast(FLOATS, 1 - below);
      FloatVector rest = FloatVector.broadcast(FLOATS, 1 - beside);
      VectorMask<Float> level = down.compare(VectorOperators.EQ, 0);
      VectorMask<Float> plumb = across.compare(VectorOperators.EQ, 0);
      for (int c = 0; c < channels; c += LANES) {
        long at = source + 4L * c;
        FloatVector top = fromMemorySegment(FLOATS, ALL, at, ORDER).mul(rest);
        FloatVector right = fromMemorySegment(FLOATS, ALL, at + pixel, ORDER);
        top = right.blend(0, plumb).fma(across, top);
        FloatVector low = fromMemorySegment(FLOATS, ALL, at + stride, ORDER).mul(rest);
        right = fromMemorySegment(FLOATS, ALL, at + stride + pixel, ORDER);
        low = right.blend(0, plumb).fma(across, low).blend(0, level);
        low.fma(down, top.mul(up))
            .intoMemorySegment(ALL, target + 4L * c, ORDER, FIRST[Math.min(channels - c, LANES)]);
      }
    }
  }

  @Override
  public void turnRow(long source, int pixels, int channels, long target) {
    if (channels == 1 && pixels >= LANES) {
      long last = 4L * (pixels - LANES);
      for (long at = 0; ; at = Math.min(at + BYTES, last)) {
        fromMemorySegment(FLOATS, ALL, source + last - at, ORDER)
            .rearrange(TURNED)
            .intoMemorySegment(ALL, target + at, ORDER);
        if (at == last) {
          return;
        }
      }
    }
    if (channels == 1) {
      PLAIN.turnRow(source, pixels, channels, target);
      return;
    }
    long pixel = 4L * channels;
    for (int j = 0; j < pixels; j++) {
      long from = source + (pixels - 1 - j) * pixel;
      for (int c = 0; c < channels; c += LANES) {
        fromMemorySegment(FLOATS, ALL, from + 4L * c, ORDER)
            .intoMemorySegment(
                ALL, target + j * pixel + 4L * c, ORDER, FIRST[Math.min(channels - c, LANES)]);
      }
    }
  }

  /** Samples two made-up pictures, turned a little, until that is compiled. For {@link Warming}. */
  static boolean exercise(AugmentLoops loops) {
    return exercise(loops, 1, 8) && exercise(loops, 4, 5L * LANES);
  }

  /** A picture of so many channels, a vector of whose pixels takes so many operations, or more. */
  private static boolean exercise(AugmentLoops loops, int channels, long operations) {
    int extent = 64;
    Augment.Spec spec = Augment.builder().input(1, extent, extent, channels).rotation(0.1f).build();
    Placement placement = new Placement(spec);
    placement.draw(0, 0);
    try (NativeBlock block = new NativeBlock(PaddedImage.bytes(spec) + 4 * spec.count())) {
      long x = block.address();
      long y = x + PaddedImage.bytes(spec);
      new PaddedImage(spec, new ScalarElementLoops()).write(y, x);
      return Warming.untilCompiled(
          operations * extent * extent / LANES, () -> loops.sample(placement, x, y));
    }
  }
}
