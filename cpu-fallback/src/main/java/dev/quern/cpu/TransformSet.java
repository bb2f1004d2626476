package dev.quern.cpu;

/** The line transforms of one instruction set. */
interface TransformSet {

  /** Channels that a transform takes at once; a divisor of 16. */
  int lanes();

  /** The transform of this shape, generated when first asked for. */
  Warming<LineTransform> transform(LineShape shape);
}
