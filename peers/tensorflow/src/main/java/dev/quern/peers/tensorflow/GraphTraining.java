package dev.quern.peers.tensorflow;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Gradients;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.types.TFloat32;

/** Steps of training in one graph: forward, backward and Adam. */
final class GraphTraining implements TrainingRun {
  private final MnistGraph network;
  private final Placeholder<TFloat32> labels;
  private final Operand<TFloat32> loss;
  private final Op step;
  private final Session session;
  private final Batches batches;
  private float lastLoss;

  GraphTraining(Digits digits) {
    network = new MnistGraph(digits.batch());
    Ops tf = network.ops();
    labels = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(digits.batch(), 10)));
    loss =
        tf.math.mean(
            tf.nn.softmaxCrossEntropyWithLogits(network.logits(), labels).loss(), tf.constant(0));
    step = adam(tf, tf.gradients(loss, network.variables()));
    session = network.session();
    batches = new Batches(digits);
  }

  private Op adam(Ops tf, Gradients gradients) {
    List<Op> known = new ArrayList<>();
    gradients.dy().forEach(known::add);
    // Else a variable might change while a gradient still reads it.
    Ops then = tf.withControlDependencies(known);
    Variable<TFloat32> power1 = tf.variable(tf.constant(0.9f));
    Variable<TFloat32> power2 = tf.variable(tf.constant(0.999f));
    List<Op> applied = new ArrayList<>();
    for (int i = 0; i < network.variables().size(); i++) {
      applied.add(
          then.train.applyAdam(
              network.variables().get(i),
              zeros(tf, network.shape(i)),
              zeros(tf, network.shape(i)),
              power1,
              power2,
              tf.constant(0.001f),
              tf.constant(0.9f),
              tf.constant(0.999f),
              tf.constant(1e-7f),
              gradients.<TFloat32>dy(i)));
    }
    Ops last = tf.withControlDependencies(applied);
    return tf.withControlDependencies(
            last.assign(power1, last.math.mul(power1, tf.constant(0.9f))),
            last.assign(power2, last.math.mul(power2, tf.constant(0.999f))))
        .noOp();
  }

  private static Variable<TFloat32> zeros(Ops tf, Shape shape) {
    return tf.variable(tf.zeros(tf.constant(shape), TFloat32.class));
  }

  @Override
  public String how() {
    return "a graph in one session, NHWC, tensors fed";
  }

  @Override
  public void run() {
    batches.next();
    try (Result result =
        session
            .runner()
            .feed(network.pixels(), batches.pixels())
            .feed(labels, batches.labels())
            .addTarget(step)
            .fetch(loss)
            .run()) {
      lastLoss = ((TFloat32) result.get(0)).getFloat();
    }
  }

  @Override
  public long parameters() {
    return network.parameters();
  }

  @Override
  public double loss() {
    return lastLoss;
  }

  @Override
  public void close() {
    session.close();
    batches.close();
    network.close();
  }
}
