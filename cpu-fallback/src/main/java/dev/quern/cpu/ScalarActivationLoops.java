package dev.quern.cpu;

import dev.quern.kernels.Activation.Kind;

/**
 * {@link ActivationLoops} in plain Java, with the roundings of {@link VectorActivationLoops}.
 * Elements go through arrays, which Java reads quickly before it has compiled anything, see {@link
 * PlainTile}.
 */
final class ScalarActivationLoops implements ActivationLoops {
  /** Elements at a time: arrays of them stay in the first-level cache. */
  private static final int BLOCK = 1024;

  @Override
  public void forward(Kind kind, float alpha, long x, long y, int count) {
    float[] values = Scratch.ofThisThread().floats(0, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(x + 4L * from, values, 0, length);
      for (int i = 0; i < length; i++) {
        values[i] = value(kind, alpha, values[i]);
      }
      NativeMemory.store(values, 0, y + 4L * from, length);
    }
  }

  @Override
  public void backward(Kind kind, float alpha, long saved, long dy, long dx, int count) {
    float[] values = Scratch.ofThisThread().floats(0, BLOCK);
    float[] gradients = Scratch.ofThisThread().floats(1, BLOCK);
    for (int from = 0; from < count; from += BLOCK) {
      int length = Math.min(BLOCK, count - from);
      NativeMemory.load(saved + 4L * from, values, 0, length);
      NativeMemory.load(dy + 4L * from, gradients, 0, length);
      for (int i = 0; i < length; i++) {
        gradients[i] *= slope(kind, alpha, values[i]);
      }
      NativeMemory.store(gradients, 0, dx + 4L * from, length);
    }
  }

  private static float value(Kind kind, float alpha, float x) {
    return switch (kind) {
      case LEAKY_RELU -> x > 0 ? x : x * alpha;
      case ELU -> x > 0 ? x : Decay.LESS_ONE.at(x) * alpha;
      case SIGMOID -> {
        float e = Decay.EXPONENTIAL.at(x);
        yield (x < 0 ? e : 1) / (e + 1);
      }
      case TANH -> {
        float e = Decay.TWICE_LESS_ONE.at(x);
        float y = e / (e + 2);
        yield x < 0 ? y : -y;
      }
      case SILU -> {
        float e = Decay.EXPONENTIAL.at(x);
        yield (x < 0 ? clamp(Decay.EXPONENTIAL, x) * e : Math.abs(x)) / (e + 1);
      }
      case GELU -> {
        float tail = NormalTail.at(x, Decay.GAUSSIAN.at(x));
        yield x < 0 ? clamp(Decay.GAUSSIAN, x) * tail : Math.abs(x) * (1 - tail);
      }
    };
  }

  private static float slope(Kind kind, float alpha, float saved) {
    return switch (kind) {
      case LEAKY_RELU -> saved > 0 ? 1 : alpha;
      case ELU -> saved > 0 ? 1 : saved + alpha;
      case SIGMOID -> (1 - saved) * saved;
      case TANH -> (1 - saved) * (1 + saved);
      case SILU -> {
        float e = Decay.EXPONENTIAL.at(saved);
        float share = 1 / (e + 1);
        float s = (saved < 0 ? e : 1) * share;
        float rest = (saved < 0 ? 1 : e) * share;
        yield Math.fma(clamp(Decay.EXPONENTIAL, saved), rest, 1) * s;
      }
      case GELU -> {
        float e = Decay.GAUSSIAN.at(saved);
        float tail = NormalTail.at(saved, e);
        yield Math.fma(clamp(Decay.GAUSSIAN, saved) * e, PEAK, saved < 0 ? tail : 1 - tail);
      }
    };
  }

  /**
   * {@code x} no farther out than where the decay is over: infinity times 0 is not a number. A NaN
   * loses its sign, as in the decay: of a product of two with different signs, which is the result
   * is open, and interpreter and compiler do differ.
   */
  private static float clamp(Decay decay, float x) {
    float u = Math.abs(x);
    u = u > decay.most() ? decay.most() : u;
    return x < 0 ? -u : u;
  }
}
