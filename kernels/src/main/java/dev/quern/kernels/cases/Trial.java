package dev.quern.kernels.cases;

import dev.quern.core.Arena;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a case with buffers of its own on a device: to run it, and to see whether the answer
 * is right. Closing it frees the buffers.
 */
public final class Trial<K extends Kernel> implements AutoCloseable {
  private final Run<K> run;
  private final Stream stream;
  private final Arena arena;
  private final Bindings buffers = new Bindings();

  /** Allocates the pass's buffers on the stream's device, and fills them. */
  public Trial(Run<K> run, Stream stream) {
    this.run = run;
    this.stream = stream;
    long bytes = 0;
    for (Argument argument : run.arguments()) {
      bytes += Arena.footprint(argument.type(), argument.count());
    }
    arena = stream.device().newArena("trial", bytes);
    try {
      for (Argument argument : run.arguments()) {
        DeviceBuffer buffer = arena.allocate(argument.role(), argument.type(), argument.count());
        write(buffer, argument.initial());
        buffers.put(argument.role(), buffer);
      }
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private void write(DeviceBuffer buffer, Values values) {
    switch (values.type()) {
      case FLOAT32 -> stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_FLOAT));
      case INT32 -> stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_INT));
      case UINT8 -> stream.write(buffer, values.bits().toArray(ValueLayout.JAVA_BYTE));
    }
  }

  /** Enqueues the pass once. What it updates in place is then no longer what it was. */
  public void run(K kernel) {
    run.call().run(kernel, stream, buffers);
  }

  /** Waits, then says how the answer of one run differs from the reference; null if it does not. */
  public @Nullable String mismatch() {
    for (Map.Entry<String, Expected> entry : run.reference().get().entrySet()) {
      DeviceBuffer buffer = buffers.orNull(entry.getKey());
      if (buffer == null) {
        continue; // an output that this run leaves out
      }
      try (HostBuffer host = stream.device().newHostBuffer("result", Math.max(1, buffer.bytes()))) {
        stream.read(buffer, host);
        stream.synchronize();
        Values actual = Values.read(buffer.type(), host.segment(), buffer.count());
        String mismatch = entry.getValue().mismatch(actual, false);
        if (mismatch != null) {
          return entry.getKey() + ": " + mismatch;
        }
      }
    }
    return null;
  }

  @Override
  public void close() {
    arena.close();
  }
}
