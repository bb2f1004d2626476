package dev.quern.peers.tensorflow;

import dev.quern.bench.peers.Digits;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** The digits in TensorFlow's memory, one batch after the other, for ever. */
final class Batches implements AutoCloseable {
  private final List<TFloat32> pixels = new ArrayList<>();
  private final List<TFloat32> labels = new ArrayList<>();
  private int current = -1;

  Batches(Digits digits) {
    int batch = digits.batch();
    for (int i = 0; i < digits.batches(); i++) {
      pixels.add(TFloat32.tensorOf(Shape.of(batch, 28, 28, 1), DataBuffers.of(digits.pixels(i))));
      labels.add(TFloat32.tensorOf(Shape.of(batch, 10), DataBuffers.of(oneHot(digits.labels(i)))));
    }
  }

  private static float[] oneHot(int[] classes) {
    float[] rows = new float[classes.length * 10];
    for (int row = 0; row < classes.length; row++) {
      rows[row * 10 + classes[row]] = 1;
    }
    return rows;
  }

  void next() {
    current = (current + 1) % pixels.size();
  }

  TFloat32 pixels() {
    return pixels.get(current);
  }

  TFloat32 labels() {
    return labels.get(current);
  }

  @Override
  public void close() {
    pixels.forEach(TFloat32::close);
    labels.forEach(TFloat32::close);
  }
}
