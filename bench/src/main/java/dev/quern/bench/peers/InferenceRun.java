package dev.quern.bench.peers;

/** Inference: a run answers the next batch. */
public interface InferenceRun extends PeerRun {

  /** The network's parameters, by which it is seen to be the same one. */
  long parameters();

  /** The probabilities of the last run, [batch, 10]. */
  float[] probabilities();
}
