package dev.quern.peers.tensorflow;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.TrainingRun;
import org.tensorflow.TensorFlow;

/** TensorFlow for Java: networks as graphs. */
public final class TensorFlowPeer implements Peer {

  /** For the service loader. */
  public TensorFlowPeer() {}

  @Override
  public String version() {
    return TensorFlow.version();
  }

  @Override
  public TrainingRun training(Digits digits) {
    return new GraphTraining(digits);
  }

  @Override
  public InferenceRun inference(Digits digits) {
    return new GraphInference(digits);
  }
}
