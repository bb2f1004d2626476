package dev.quern.peers.dl4j;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Runs of {@code MultiLayerNetwork.output}. */
final class NetworkInference implements InferenceRun {
  private final MultiLayerNetwork network = MnistNetwork.made();
  private final List<DataSet> batches;
  private int next;
  private float[] probabilities = {};

  NetworkInference(Digits digits) {
    batches = MnistNetwork.batches(digits);
  }

  @Override
  public String how() {
    return "MultiLayerNetwork.output, " + MnistNetwork.LAYOUT;
  }

  @Override
  public void run() {
    probabilities = network.output(batches.get(next).getFeatures(), false).data().asFloat();
    next = (next + 1) % batches.size();
  }

  @Override
  public long parameters() {
    return network.numParams();
  }

  @Override
  public float[] probabilities() {
    return probabilities.clone();
  }

  @Override
  public void close() {
    network.close();
  }
}
