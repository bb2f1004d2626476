package dev.quern.peers.dl4j;

import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.TrainingRun;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;

/** Steps of {@code MultiLayerNetwork.fit}. */
final class NetworkTraining implements TrainingRun {
  private final MultiLayerNetwork network = MnistNetwork.made();
  private final List<DataSet> batches;
  private int next;

  NetworkTraining(Digits digits) {
    batches = MnistNetwork.batches(digits);
  }

  @Override
  public String how() {
    return "MultiLayerNetwork.fit, " + MnistNetwork.LAYOUT;
  }

  @Override
  public void run() {
    network.fit(batches.get(next));
    next = (next + 1) % batches.size();
  }

  @Override
  public long parameters() {
    return network.numParams();
  }

  @Override
  public double loss() {
    return network.score();
  }

  @Override
  public void close() {
    network.close();
  }
}
