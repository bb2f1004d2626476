package dev.quern.cpu;

import java.util.Arrays;

/**
 * A line transform in plain Java: what runs where the Vector API is absent, and everywhere until
 * the generated one of the same shape is compiled. It works on arrays, as {@link PlainTile} does.
 */
final class PlainLineTransform implements LineTransform {
  private final LineShape shape;
  private final int lanes;

  PlainLineTransform(LineShape shape, int lanes) {
    this.shape = shape;
    this.lanes = lanes;
  }

  @Override
  public void run(long source, long[] from, long target, long[] to, int lines, long bias) {
    Coefficients matrix = shape.matrix();
    int inputs = matrix.inputs();
    int outputs = matrix.outputs();
    Scratch scratch = Scratch.ofThisThread();
    float[] line = scratch.floats(0, inputs * lanes);
    float[] sum = scratch.floats(1, lanes);
    float[] biases = scratch.floats(2, lanes);
    if (shape.biased()) {
      NativeMemory.load(bias, biases, 0, lanes);
    }
    for (int l = 0; l < lines; l++) {
      for (int j = 0; j < inputs; j++) {
        NativeMemory.load(source + from[l * inputs + j], line, j * lanes, lanes);
      }
      for (int i = 0; i < outputs; i++) {
        long at = target + to[l * outputs + i];
        sum(matrix, i, line, sum);
        if (shape.adds()) {
          NativeMemory.load(at, biases, 0, lanes);
        }
        end(sum, biases);
        NativeMemory.store(sum, 0, at, lanes);
      }
    }
  }

  /** The first term starts the sum, so that no zero is added to it. */
  private void sum(Coefficients matrix, int output, float[] line, float[] sum) {
    boolean started = false;
    for (int j = 0; j < matrix.inputs(); j++) {
      float factor = matrix.at(output, j);
      if (factor == 0) {
        continue;
      }
      for (int lane = 0; lane < lanes; lane++) {
        float value = line[j * lanes + lane];
        sum[lane] = started ? Math.fma(factor, value, sum[lane]) : factor * value;
      }
      started = true;
    }
    if (!started) {
      Arrays.fill(sum, 0, lanes, 0);
    }
  }

  /** Adds the bias, or the old outputs. */
  private void end(float[] sum, float[] added) {
    for (int lane = 0; lane < lanes; lane++) {
      float value = shape.biased() || shape.adds() ? sum[lane] + added[lane] : sum[lane];
      sum[lane] = shape.relu() && value <= 0 ? 0 : value;
    }
  }
}
