package dev.quern.kernels.conformance;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceInfo;
import dev.quern.core.Event;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Replay;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.BiasAdd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A device for testing the suite itself: it computes {@link BiasAdd} by the reference, right or
 * with one deliberate fault.
 */
final class HeapDevice extends Device {
  private static final long MEMORY_BYTES = 1L << 28;

  /** What it does wrong. */
  enum Fault {
    NONE,
    WRITES_ZEROS,
    WRITES_ONE_NUMBER,
    LEAVES_OUT_THE_LAST,
    IS_OFF_BY_A_THOUSANDTH,
    WRITES_BEHIND_THE_END,
    WRITES_BEFORE_THE_START,
    CHANGES_AN_INPUT,
    GIVES_OTHER_BITS_EACH_TIME,
    WORKS_WHILE_RECORDING,
    FORGETS_TO_REPLAY
  }

  private final Fault fault;
  private int runs;

  HeapDevice(Fault fault) {
    super(
        new DeviceInfo(
            "heap", "heap", DeviceInfo.Kind.CPU, "Java heap", "reference", MEMORY_BYTES, null));
    this.fault = fault;
  }

  @Override
  protected Kernel createKernel(KernelSpec<?> spec) {
    if (spec instanceof BiasAdd.Spec s) {
      return new HeapBiasAdd(this, s);
    }
    throw new UnsupportedSpecException(id(), spec, "it is there to test the suite");
  }

  @Override
  protected Arena createArena(String label, long bytes) {
    return new HeapArena(this, label, bytes);
  }

  @Override
  protected Stream createStream() {
    return new HeapStream(this);
  }

  @Override
  protected HostBuffer createHostBuffer(String label, long bytes) {
    return new HeapHostBuffer(this, label, bytes);
  }

  @Override
  protected long freeBytes() {
    return MEMORY_BYTES - memoryHeld;
  }

  private long memoryHeld;

  @Override
  protected void release() {}

  /** Stores an op's result, with the fault. */
  void store(double[] values, MemorySegment arena, DeviceBuffer input, DeviceBuffer output) {
    runs++;
    for (int i = 0; i < values.length; i++) {
      float value =
          switch (fault) {
            case WRITES_ZEROS -> 0;
            case WRITES_ONE_NUMBER -> (float) values[0];
            case IS_OFF_BY_A_THOUSANDTH -> (float) values[i] * 1.001f;
            case GIVES_OTHER_BITS_EACH_TIME ->
                runs % 2 == 0 ? (float) values[i] : Math.nextUp((float) values[i]);
            default -> (float) values[i];
          };
      if (fault != Fault.LEAVES_OUT_THE_LAST || i < values.length - 1) {
        set(arena, output.offset() + 4L * i, value);
      }
    }
    switch (fault) {
      case WRITES_BEHIND_THE_END -> set(arena, output.offset() + 4L * values.length, 1);
      case WRITES_BEFORE_THE_START -> set(arena, output.offset() - 4, 1);
      case CHANGES_AN_INPUT -> set(arena, input.offset(), 77);
      default -> {}
    }
  }

  private static void set(MemorySegment arena, long offset, float value) {
    arena.set(ValueLayout.JAVA_FLOAT_UNALIGNED, offset, value);
  }

  static MemorySegment memory(DeviceBuffer buffer) {
    return ((HeapArena) buffer.arena()).memory;
  }

  private static MemorySegment part(DeviceBuffer buffer) {
    return memory(buffer).asSlice(buffer.offset(), buffer.bytes());
  }

  private static final class HeapArena extends Arena {
    private final MemorySegment memory;

    HeapArena(HeapDevice device, String label, long bytes) {
      super(device, label, bytes);
      memory = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
      device.memoryTaken(this, label, bytes);
      device.memoryHeld += bytes;
    }

    @Override
    protected DeviceBuffer slice(String label, DataType type, long offset, long count) {
      return new DeviceBuffer(this, label, type, offset, count) {};
    }

    @Override
    protected void release() {
      HeapDevice device = (HeapDevice) device();
      device.memoryFreed(this);
      device.memoryHeld -= bytes();
    }
  }

  private static final class HeapHostBuffer extends HostBuffer {
    private final MemorySegment memory;

    HeapHostBuffer(Device device, String label, long bytes) {
      super(device, label);
      memory = MemorySegment.ofArray(new byte[Math.toIntExact(bytes)]);
    }

    @Override
    public MemorySegment segment() {
      return memory;
    }

    @Override
    protected void release() {}
  }

  private static final class HeapStream extends Stream {
    private final Fault fault;

    HeapStream(HeapDevice device) {
      super(device);
      this.fault = device.fault;
    }

    @Override
    protected boolean capturesWork() {
      return fault == Fault.WORKS_WHILE_RECORDING;
    }

    @Override
    protected Replay capture(String label, Runnable body) {
      if (fault != Fault.FORGETS_TO_REPLAY) {
        return super.capture(label, body);
      }
      body.run();
      return new Replay(this, label) {
        @Override
        protected void enqueue() {}
      };
    }

    @Override
    protected void await() {}

    @Override
    protected void growWorkspace(long bytes) {}

    @Override
    protected void enqueueWrite(MemorySegment source, DeviceBuffer target) {
      part(target).copyFrom(source.asSlice(0, target.bytes()));
    }

    @Override
    protected void enqueueRead(DeviceBuffer source, MemorySegment target) {
      MemorySegment.copy(part(source), 0, target, 0, source.bytes());
    }

    @Override
    protected void enqueueCopy(DeviceBuffer source, DeviceBuffer target) {
      part(target).copyFrom(part(source));
    }

    @Override
    protected void enqueueClear(DeviceBuffer target) {
      part(target).fill((byte) 0);
    }

    @Override
    protected Event enqueueEvent() {
      throw new UnsupportedOperationException("nothing is timed here");
    }

    @Override
    protected void release() {}
  }
}
