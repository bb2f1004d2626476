package dev.quern.bench.peers;

/** Training: a run is one step on the next batch. */
public interface TrainingRun extends PeerRun {

  /** The network's parameters, by which it is seen to be the same one. */
  long parameters();

  /** The loss of the last step's batch, before that step; the mean over its pictures. */
  double loss();
}
