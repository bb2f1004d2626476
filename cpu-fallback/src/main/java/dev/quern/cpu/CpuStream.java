package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Event;
import dev.quern.core.Stream;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A stream whose work is done when the call returns, by the caller and the device's workers. */
final class CpuStream extends Stream {
  private final CpuDevice device;
  private @Nullable NativeBlock workspace;

  CpuStream(CpuDevice device) {
    super(device);
    this.device = device;
  }

  /** Address of this stream's scratch memory; kernels know how much they asked for. */
  static long workspace(Stream stream) {
    NativeBlock block = ((CpuStream) stream).workspace;
    return block == null ? 0 : block.address();
  }

  @Override
  protected void await() {}

  @Override
  protected void growWorkspace(long bytes) {
    NativeBlock grown = device.takeMemory("workspace", bytes);
    release();
    workspace = grown;
  }

  @Override
  protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
    NativeMemory.copy(source.address(), CpuBuffer.address(target), target.bytes());
  }

  @Override
  protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
    NativeMemory.copy(CpuBuffer.address(source), target.address(), source.bytes());
  }

  @Override
  protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
    NativeMemory.copy(CpuBuffer.address(source), CpuBuffer.address(target), source.bytes());
  }

  @Override
  protected void enqueueClear(DeviceBuffer target) {
    NativeMemory.clear(CpuBuffer.address(target), target.bytes());
  }

  @Override
  protected Event enqueueEvent() {
    return new CpuEvent(device);
  }

  @Override
  protected void release() {
    NativeBlock block = workspace;
    if (block != null) {
      workspace = null;
      device.giveMemoryBack(block);
    }
  }
}
