package dev.quern.peers.djl;

import ai.djl.engine.Engine;
import dev.quern.bench.peers.Digits;
import dev.quern.bench.peers.InferenceRun;
import dev.quern.bench.peers.Peer;
import dev.quern.bench.peers.TrainingRun;

/** PyTorch through DJL: networks of DJL's blocks, every op of them one of PyTorch's. */
public final class PyTorch implements Peer {
  static final String ENGINE = "PyTorch";

  static {
    // All that is needed is on the class path: nothing is fetched, and nobody told.
    System.setProperty("ai.djl.offline", "true");
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty(
        "ai.djl.pytorch.num_threads", Integer.toString(Runtime.getRuntime().availableProcessors()));
  }

  /** For the service loader. */
  public PyTorch() {}

  @Override
  public String version() {
    return Engine.getEngine(ENGINE).getVersion() + ", DJL " + Engine.getDjlVersion();
  }

  @Override
  public TrainingRun training(Digits digits) {
    return new BlockTraining(digits);
  }

  @Override
  public InferenceRun inference(Digits digits) {
    return new BlockInference(digits);
  }
}
