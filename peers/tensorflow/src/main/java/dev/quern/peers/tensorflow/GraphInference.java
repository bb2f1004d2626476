package dev.quern.peers.tensorflow;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.types.TFloat32;

/** Forward runs of a graph. */
final class GraphInference implements InferenceRun {
  private final MnistGraph network;
  private final Operand<TFloat32> answer;
  private final Session session;
  private final Batches batches;
  private final float[] probabilities;

  GraphInference(Digits digits) {
    network = new MnistGraph(digits.batch());
    answer = network.ops().nn.softmax(network.logits());
    session = network.session();
    batches = new Batches(digits);
    probabilities = new float[digits.batch() * 10];
  }

  @Override
  public String how() {
    return "a graph in one session, NHWC, tensors fed";
  }

  @Override
  public void run() {
    batches.next();
    try (Result result =
        session.runner().feed(network.pixels(), batches.pixels()).fetch(answer).run()) {
      ((TFloat32) result.get(0)).copyTo(DataBuffers.of(probabilities, false, false));
    }
  }

  @Override
  public long parameters() {
    return network.parameters();
  }

  @Override
  public float[] probabilities() {
    return probabilities.clone();
  }

  @Override
  public void close() {
    session.close();
    batches.close();
    network.close();
  }
}
