package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.ALL;
import static dev.quern.cpu.NativeMemory.ORDER;
import static dev.quern.cpu.VectorWidth.FLOATS;
import static dev.quern.cpu.VectorWidth.LANES;
import static jdk.incubator.vector.FloatVector.fromArray;
import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** {@link NormalTail} over vectors. */
final class VectorNormalTail {
  private VectorNormalTail() {}

  /**
   * Writes the normal distribution at {@code -|x|} to an array.
   *
   * @param density what {@link Decay#GAUSSIAN} is at the elements
   * @param count number of elements, a multiple of a vector
   */
  static void run(long x, float[] density, float[] tail, int count) {
    float most = Decay.GAUSSIAN.most();
    for (int i = 0; i < count; i += LANES) {
      FloatVector u = fromMemorySegment(FLOATS, ALL, x + 4L * i, ORDER).abs();
      u = u.blend(most, u.compare(VectorOperators.GT, most));
      FloatVector one = FloatVector.broadcast(FLOATS, 1);
      FloatVector w = one.div(u.add(NormalTail.K));
      FloatVector t = w.fma(FloatVector.broadcast(FLOATS, -2 * NormalTail.K), one);
      FloatVector p = FloatVector.broadcast(FLOATS, NormalTail.C8);
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C7));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C6));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C5));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C4));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C3));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C2));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C1));
      p = p.fma(t, FloatVector.broadcast(FLOATS, NormalTail.C0));
      p.mul(w).mul(fromArray(FLOATS, density, i)).intoArray(tail, i);
    }
  }
}
