package dev.quern.kernels;

/** The separately run and separately timed parts of an op. */
public enum Pass {
  /** Output from inputs. */
  FORWARD("forward"),
  /** The same outside of training, where that is another computation. */
  INFERENCE("inference"),
  /** Gradient by the data input. */
  BACKWARD_DATA("backward-data"),
  /** Gradient by the filters. */
  BACKWARD_FILTER("backward-filter"),
  /** Gradient by the bias. */
  BACKWARD_BIAS("backward-bias"),
  /** Gradient through the fused activation. */
  BACKWARD_EPILOGUE("backward-epilogue"),
  /** Step of an optimizer. */
  UPDATE("update");

  private final String text;

  Pass(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
