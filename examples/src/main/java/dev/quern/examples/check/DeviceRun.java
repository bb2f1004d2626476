package dev.quern.examples.check;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceResource;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The device for the length of one case: values go in, kernels run, values come out, and closing it
 * gives everything back. Made for checking, not for speed: each buffer has an arena of its own.
 */
final class DeviceRun implements AutoCloseable {
  private final Device device;
  private final Stream stream;
  private final Deque<DeviceResource> opened = new ArrayDeque<>();

  DeviceRun(Device device) {
    this.device = device;
    stream = device.newStream();
    opened.push(stream);
  }

  Stream stream() {
    return stream;
  }

  /** Prepares a kernel and the stream's workspace for it. */
  <K extends Kernel> K prepare(KernelSpec<K> spec) {
    K kernel = device.prepare(spec);
    opened.push(kernel);
    stream.reserveWorkspace(kernel.workspaceBytes());
    return kernel;
  }

  /** A buffer with these values. */
  DeviceBuffer upload(String label, float... values) {
    DeviceBuffer buffer = allocate(label, DataType.FLOAT32, values.length);
    stream.write(buffer, values);
    return buffer;
  }

  /** A buffer with these values. */
  DeviceBuffer upload(String label, int... values) {
    DeviceBuffer buffer = allocate(label, DataType.INT32, values.length);
    stream.write(buffer, values);
    return buffer;
  }

  /** A tensor rounded to float32, on the device. */
  DeviceBuffer upload(String label, Tensor tensor) {
    return upload(label, tensor.floats());
  }

  /** A float32 buffer of NaN, so that an element that no kernel writes fails every comparison. */
  DeviceBuffer output(String label, long count) {
    float[] unwritten = new float[Math.toIntExact(count)];
    Arrays.fill(unwritten, Float.NaN);
    return upload(label, unwritten);
  }

  /** An int buffer of values that are no position in an image. */
  DeviceBuffer intOutput(String label, long count) {
    int[] unwritten = new int[Math.toIntExact(count)];
    Arrays.fill(unwritten, Integer.MIN_VALUE);
    return upload(label, unwritten);
  }

  /** Waits and returns what a float32 buffer holds. */
  float[] read(DeviceBuffer buffer) {
    return stream.readFloats(buffer);
  }

  /** Waits and returns what an int buffer holds. */
  int[] readInts(DeviceBuffer buffer) {
    return stream.readInts(buffer);
  }

  private DeviceBuffer allocate(String label, DataType type, int count) {
    Arena arena = device.newArena(label, Arena.footprint(type, count));
    opened.push(arena);
    return arena.allocate(label, type, count);
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }
}
