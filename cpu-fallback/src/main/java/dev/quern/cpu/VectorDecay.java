package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Decay} over vectors. */
final class VectorDecay {
  private VectorDecay() {}

  /**
   * Writes its values at {@code count} elements to an array, whole vectors: up to the next multiple
   * of their length.
   */
  static void run(Decay decay, long x, float[] values, int count) {
    FloatVector square = FloatVector.broadcast(FLOATS, decay.square());
    FloatVector linear = FloatVector.broadcast(FLOATS, decay.linear());
    float most = decay.most();
    float less = decay.less();
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER).abs();
      u = u.blend(most, u.compare(VectorOperators.GT, most));
      FloatVector power = u.mul(u.fma(square, linear));
      FloatVector rounded = FloatVector.broadcast(FLOATS, Decay.ROUNDER);
      rounded = power.fma(FloatVector.broadcast(FLOATS, Decay.LOG2_E), rounded);
      FloatVector n = rounded.sub(Decay.ROUNDER);
      FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -Decay.LOG_2_HIGH), power);
      r = n.fma(FloatVector.broadcast(FLOATS, -Decay.LOG_2_LOW), r);
      FloatVector p = FloatVector.broadcast(FLOATS, Decay.C5);
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C4));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C3));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C2));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C1));
      p = p.fma(r, FloatVector.broadcast(FLOATS, Decay.C0));
      p = p.fma(r.mul(r), r);
      IntVector exponent = rounded.reinterpretAsInts().sub(Float.floatToRawIntBits(Decay.ROUNDER));
      FloatVector scale =
          exponent
              .add(Decay.EXPONENT_BIAS)
              .lanewise(VectorOperators.LSHL, Decay.EXPONENT_SHIFT)
              .reinterpretAsFloats();
      p.fma(scale, scale.sub(less)).intoArray(values, i);
    }
  }
}
