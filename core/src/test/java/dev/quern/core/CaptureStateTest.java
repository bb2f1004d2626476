package dev.quern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class CaptureStateTest {
  private final CaptureState state = new CaptureState();

  @Test
  void recordingNeedsWorkBefore() {
    assertThatThrownBy(() -> state.begin("step"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("record 'step': run the body once before recording it");
    assertThat(state.recording()).isFalse();
  }

  @Test
  void recordingBeginsAndEnds() {
    state.worked();
    state.begin("step");
    assertThat(state.recording()).isTrue();
    state.end();
    assertThat(state.recording()).isFalse();
    state.begin("again");
    assertThat(state.recording()).isTrue();
  }

  @Test
  void recordingsDoNotNest() {
    state.worked();
    state.begin("outer");
    assertThatThrownBy(() -> state.begin("inner"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("record 'inner': this stream is already recording 'outer'");
    assertThat(state.recording()).isTrue();
  }

  @Test
  void endNeedsABeginning() {
    state.worked();
    assertThatThrownBy(state::end)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("no recording to end");
  }

  @Test
  void workWhileRecordingDoesNotEndIt() {
    state.worked();
    state.begin("step");
    state.worked();
    assertThat(state.recording()).isTrue();
  }

  @Test
  void hostWorkIsRefusedOnlyWhileRecording() {
    state.refuseWhileRecording("synchronize");
    state.worked();
    state.begin("step");
    assertThatThrownBy(() -> state.refuseWhileRecording("synchronize"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("synchronize cannot be part of recording 'step': it is not device work");
    state.end();
    state.refuseWhileRecording("synchronize");
    assertThat(state.recording()).isFalse();
  }
}
