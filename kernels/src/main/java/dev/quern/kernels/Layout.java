package dev.quern.kernels;

/** Order of the axes of activations and filters in memory, last axis contiguous. */
public enum Layout {
  /** Activations N, H, W, C; filters K, R, S, C. The default: channels are contiguous. */
  NHWC,
  /** Activations N, C, H, W; filters K, C, R, S. */
  NCHW
}
