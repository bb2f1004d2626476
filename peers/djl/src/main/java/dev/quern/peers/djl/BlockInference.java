package dev.quern.peers.djl;

import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import java.util.List;

/** Forward runs of DJL's blocks. */
final class BlockInference implements InferenceRun {
  private final Model model = Model.newInstance("mnist", PyTorch.ENGINE);
  private final Block network = MnistBlocks.network();
  private final ParameterStore parameters;
  private final List<NDArray> pixels;
  private int next;
  private float[] probabilities = {};

  BlockInference(Digits digits) {
    NDManager manager = model.getNDManager();
    model.setBlock(network);
    network.setInitializer(MnistBlocks::weights, Parameter.Type.WEIGHT);
    network.initialize(manager, DataType.FLOAT32, MnistBlocks.input(digits.batch()));
    network.freezeParameters(true);
    parameters = new ParameterStore(manager, false);
    pixels = MnistBlocks.pixels(manager, digits);
  }

  @Override
  public String how() {
    return "DJL's blocks without gradients, channels last";
  }

  @Override
  public void run() {
    NDList x = new NDList(pixels.get(next));
    next = (next + 1) % pixels.size();
    try (NDManager run = model.getNDManager().newSubManager()) {
      run.tempAttachAll(x);
      NDArray logits = network.forward(parameters, x, false).singletonOrThrow();
      probabilities = logits.softmax(1).toFloatArray();
    }
  }

  @Override
  public long parameters() {
    return MnistBlocks.parameters(network);
  }

  @Override
  public float[] probabilities() {
    return probabilities.clone();
  }

  @Override
  public void close() {
    model.close();
  }
}
