// Steps of optimizers, in place. SPAN: parameters of a work-item. The step count is advanced by a launch of its own,
// when all have read it.

#define EACH(i, count)                                                                                                 \
  int i = GLOBAL_ID(0) * SPAN;                                                                                         \
  const int end = min(i + SPAN, count);

KERNEL void advance(INOUT(int, step)) {
  START(step);
  if (GLOBAL_ID(0) == 0) {
    step[0] += 1;
  }
}

// 1 - beta^t without the loss of digits that a small t would bring; logBeta is the logarithm of beta.
FUNCTION float correction(const float logBeta, const int t) {
  return -EXPM1(logBeta * t);
}

#define KERAS 1
#define DECOUPLED 2

#define ADAM_STEP(Number, WIDE_LOAD, WIDE_STORE)                                                                       \
  const Number old = WIDE_LOAD(p + i);                                                                                 \
  const Number gradient = WIDE_LOAD(g + i) + l2 * old;                                                                 \
  const Number first = beta1 * WIDE_LOAD(m + i) + oneMinusBeta1 * gradient;                                            \
  const Number second = beta2 * WIDE_LOAD(v + i) + oneMinusBeta2 * gradient * gradient;                                \
  WIDE_STORE(first, m + i);                                                                                            \
  WIDE_STORE(second, v + i);                                                                                           \
  WIDE_STORE(old - decoupled * old - rate * first / (root * SQRT(second) + epsilon), p + i);

#define SINGLE_LOAD(p) (*(p))
#define SINGLE_STORE(v, p) (*(p) = (v))

KERNEL void adam(
    INOUT(float, p), IN(float, g), INOUT(float, m), INOUT(float, v), IN(int, step), IN(float, learningRate),
    const int count, const float beta1, const float beta2, const float oneMinusBeta1, const float oneMinusBeta2,
    const float logBeta1, const float logBeta2, const float epsilon, const float weightDecay, const int flags) {
  START(p);
  START(g);
  START(m);
  START(v);
  START(step);
  START(learningRate);
  const int t = step[0] + 1;
  const float root2 = SQRT(correction(logBeta2, t)), paperRate = learningRate[0] / correction(logBeta1, t);
  const float rate = flags & KERAS ? paperRate * root2 : paperRate;
  const float root = flags & KERAS ? 1.0f : 1.0f / root2;
  const float l2 = flags & DECOUPLED ? 0.0f : weightDecay;
  const float decoupled = flags & DECOUPLED ? learningRate[0] * weightDecay : 0.0f;
  EACH(i, count)
  for (; i <= end - LANES; i += LANES) {
    ADAM_STEP(Vector, LOAD, STORE)
  }
  for (; i < end; i++) {
    ADAM_STEP(float, SINGLE_LOAD, SINGLE_STORE)
  }
}

#define SGD_STEP(Number, WIDE_LOAD, WIDE_STORE)                                                                        \
  const Number old = WIDE_LOAD(p + i);                                                                                 \
  const Number push = rate * (WIDE_LOAD(g + i) + l2 * old);                                                            \
  const Number velocity = momentum * WIDE_LOAD(v + i) - push;                                                          \
  WIDE_STORE(velocity, v + i);                                                                                         \
  WIDE_STORE(nesterov ? old + (momentum * velocity - push) : old + velocity, p + i);

KERNEL void sgd(
    INOUT(float, p), IN(float, g), INOUT(float, v), IN(float, learningRate), const int count, const float momentum,
    const float l2, const int nesterov) {
  START(p);
  START(g);
  START(v);
  START(learningRate);
  const float rate = learningRate[0];
  EACH(i, count)
  for (; i <= end - LANES; i += LANES) {
    SGD_STEP(Vector, LOAD, STORE)
  }
  for (; i < end; i++) {
    SGD_STEP(float, SINGLE_LOAD, SINGLE_STORE)
  }
}

#define RMSPROP_STEP(Number, WIDE_LOAD, WIDE_STORE)                                                                    \
  const Number gradient = WIDE_LOAD(g + i);                                                                            \
  const Number square = rho * WIDE_LOAD(v + i) + oneMinusRho * gradient * gradient;                                    \
  const Number move = momentum * WIDE_LOAD(m + i) + rate * gradient / SQRT(square + epsilon);                          \
  WIDE_STORE(square, v + i);                                                                                           \
  WIDE_STORE(move, m + i);                                                                                             \
  WIDE_STORE(WIDE_LOAD(p + i) - move, p + i);

KERNEL void rmsprop(
    INOUT(float, p), IN(float, g), INOUT(float, v), INOUT(float, m), IN(float, learningRate), const int count,
    const float rho, const float oneMinusRho, const float momentum, const float epsilon) {
  START(p);
  START(g);
  START(v);
  START(m);
  START(learningRate);
  const float rate = learningRate[0];
  EACH(i, count)
  for (; i <= end - LANES; i += LANES) {
    RMSPROP_STEP(Vector, LOAD, STORE)
  }
  for (; i < end; i++) {
    RMSPROP_STEP(float, SINGLE_LOAD, SINGLE_STORE)
  }
}
