package dev.quern.cpu;

import dev.quern.kernels.RmsProp;

/** Steps of optimizers over runs of parameters. Addresses are in bytes, counts in elements. */
interface UpdateLoops {

  /** One step of Adam in place; see {@link AdamStep} for the formula. */
  void adam(AdamStep step, long p, long g, long m, long v, int count);

  /** One step of gradient descent in place; see {@link SgdStep} for the formula. */
  void sgd(SgdStep step, long p, long g, long v, int count);

  /** One step of RMSprop in place; see {@link RmsProp} for the formula. */
  void rmsProp(RmsProp.Spec spec, float rate, long p, long g, long v, long m, int count);
}
