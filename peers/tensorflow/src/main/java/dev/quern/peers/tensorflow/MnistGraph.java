package dev.quern.peers.tensorflow;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * The MNIST network from pixels to logits, NHWC, which is the only layout of its kernels for CPUs.
 * Its own choice of kernels, with oneDNN's among them, and of threads is the fastest that was
 * found: without oneDNN inference took a third longer, compiled by XLA a step took several times as
 * long.
 */
final class MnistGraph implements AutoCloseable {
  private static final List<Long> ONE = List.of(1L, 1L, 1L, 1L);

  private final Graph graph = new Graph();
  private final Ops tf = Ops.create(graph);
  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Variable<TFloat32>> variables = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final Placeholder<TFloat32> pixels;
  private final Operand<TFloat32> logits;

  MnistGraph(int batch) {
    pixels = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(batch, 28, 28, 1)));
    Operand<TFloat32> first = pooled(convolution(pixels, 1, 32));
    Operand<TFloat32> second = pooled(convolution(first, 32, 64));
    Operand<TFloat32> flat = tf.reshape(second, tf.constant(new int[] {batch, 1600}));
    logits = dense(tf.nn.relu(dense(flat, 1600, 128)), 128, 10);
  }

  private Operand<TFloat32> convolution(Operand<TFloat32> input, int channels, int filters) {
    Variable<TFloat32> weights =
        weights(9 * channels, 9 * filters, Shape.of(3, 3, channels, filters));
    return tf.nn.relu(
        tf.nn.biasAdd(tf.nn.conv2d(input, weights, ONE, "VALID"), zeros(Shape.of(filters))));
  }

  private Operand<TFloat32> pooled(Operand<TFloat32> input) {
    Operand<TInt32> two = tf.constant(new int[] {1, 2, 2, 1});
    return tf.nn.maxPool(input, two, two, "VALID");
  }

  private Operand<TFloat32> dense(Operand<TFloat32> input, int from, int to) {
    Variable<TFloat32> weights = weights(from, to, Shape.of(from, to));
    return tf.nn.biasAdd(tf.linalg.matMul(input, weights), zeros(Shape.of(to)));
  }

  /** After Glorot and Bengio, AISTATS 2010. */
  private Variable<TFloat32> weights(int in, int out, Shape shape) {
    float limit = (float) Math.sqrt(6.0 / (in + out));
    float[] values = new float[Math.toIntExact(shape.size())];
    for (int i = 0; i < values.length; i++) {
      values[i] = limit * (2 * random.nextFloat() - 1);
    }
    return variable(values, shape);
  }

  private Variable<TFloat32> zeros(Shape shape) {
    return variable(new float[Math.toIntExact(shape.size())], shape);
  }

  private Variable<TFloat32> variable(float[] values, Shape shape) {
    Variable<TFloat32> variable = tf.variable(tf.constant(shape, DataBuffers.of(values)));
    variables.add(variable);
    shapes.add(shape);
    return variable;
  }

  Ops ops() {
    return tf;
  }

  Placeholder<TFloat32> pixels() {
    return pixels;
  }

  Operand<TFloat32> logits() {
    return logits;
  }

  List<Variable<TFloat32>> variables() {
    return variables;
  }

  Shape shape(int variable) {
    return shapes.get(variable);
  }

  long parameters() {
    return shapes.stream().mapToLong(Shape::size).sum();
  }

  /** A session on all processors, its variables set. */
  Session session() {
    int processors = Runtime.getRuntime().availableProcessors();
    Session session =
        new Session(
            graph,
            ConfigProto.newBuilder()
                .setIntraOpParallelismThreads(processors)
                .setInterOpParallelismThreads(processors)
                .build());
    session.initialize();
    return session;
  }

  @Override
  public void close() {
    graph.close();
  }
}
