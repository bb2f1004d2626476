package dev.quern.cpu;

import dev.quern.kernels.Augment;
import dev.quern.kernels.Placement;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The loops over vectors against those in plain Java, bit by bit. */
final class AugmentLoopsTest {
  private static final int PROBLEMS = 600;
  private static final long SEED = Long.getLong("quern.seed", 20260101L);

  @Test
  void agreeOnRandomPictures() {
    Random random = new Random(SEED);
    for (int i = 0; i < PROBLEMS; i++) {
      Augment.Spec spec = draw(random);
      float[] x = values(random, (int) spec.count());
      float[] plain = run(new ScalarAugmentLoops(), new ScalarElementLoops(), spec, x, i);
      float[] vectors = run(new VectorAugmentLoops(), new VectorElementLoops(), spec, x, i);
      Loops.requireSame(vectors, plain, spec.describe() + " of -Dquern.seed=" + SEED);
    }
  }

  private static Augment.Spec draw(Random random) {
    // Shifts alone, too: then a neighbour's weight is 0 all over a row, or a fraction that stays.
    boolean turned = random.nextInt(3) > 0;
    return Augment.builder()
        .input(1, 1 + random.nextInt(30), 1 + random.nextInt(40), 1 + random.nextInt(9))
        .seed(random.nextLong())
        .shift(random.nextBoolean() ? 0.3f : 0, random.nextBoolean() ? 0.3f : 0)
        .wholePixels(random.nextBoolean())
        .rotation(turned ? random.nextFloat() * 3 : 0)
        .zoom(turned ? random.nextFloat() * 0.9f : 0)
        .flip(random.nextBoolean(), random.nextBoolean())
        .cutout(random.nextBoolean() ? 0.3f : 0)
        .brightness(random.nextBoolean() ? 0.3f : 0)
        .fill(random.nextInt(3) - 1)
        .build();
  }

  private static float[] values(Random random, int count) {
    float[] values = GuardedMemory.random(random, count);
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(50)) {
        case 0 -> values[i] = Float.NaN;
        case 1 -> values[i] = Float.POSITIVE_INFINITY;
        default -> {}
      }
    }
    return values;
  }

  private static float[] run(
      AugmentLoops loops, ElementLoops elements, Augment.Spec spec, float[] values, int step) {
    Placement placement = new Placement(spec);
    placement.draw(0, step);
    AugmentImage image = new AugmentImage(spec, elements);
    try (GuardedMemory x = GuardedMemory.of(values);
        NativeBlock padded = new NativeBlock(PaddedImage.bytes(spec));
        GuardedMemory y = new GuardedMemory(values.length)) {
      image.run(loops, placement, x.address(), padded.address(), y.address());
      return y.floats();
    }
  }
}
