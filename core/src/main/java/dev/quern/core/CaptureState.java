package dev.quern.core;

/**
 * What a stream may do next with regard to recording: idle, warmed, recording. The only place that
 * knows the order. A stream must have worked once before it records, because libraries allocate and
 * initialise at their first call, which a recording cannot hold. A failed recording leads back to
 * warmed, never to a wedged stream.
 */
final class CaptureState {
  private enum State {
    IDLE,
    WARMED,
    RECORDING
  }

  private State state = State.IDLE;
  private String label = "";

  /** Notes that eager work was done. */
  void worked() {
    if (state == State.IDLE) {
      state = State.WARMED;
    }
  }

  /** Enters the recording state. */
  void begin(String newLabel) {
    switch (state) {
      case IDLE ->
          throw new IllegalStateException(
              "record '" + newLabel + "': run the body once before recording it");
      case RECORDING ->
          throw new IllegalStateException(
              "record '" + newLabel + "': this stream is already recording '" + label + "'");
      case WARMED -> {
        state = State.RECORDING;
        label = newLabel;
      }
    }
  }

  /** Leaves the recording state, whether the recording was completed or given up. */
  void end() {
    if (state != State.RECORDING) {
      throw new IllegalStateException("no recording to end");
    }
    state = State.WARMED;
  }

  boolean recording() {
    return state == State.RECORDING;
  }

  /** Refuses what a recording cannot hold. */
  void refuseWhileRecording(String what) {
    if (state == State.RECORDING) {
      throw new IllegalStateException(
          what + " cannot be part of recording '" + label + "': it is not device work");
    }
  }
}
