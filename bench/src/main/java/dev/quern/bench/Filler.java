package dev.quern.bench;

import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/**
 * Fills buffers with the same numbers each time. A piece is made on the host and doubled on the
 * device until the buffer is full, so that the host's memory stays small whatever the buffers are.
 */
final class Filler implements AutoCloseable {
  /** Elements made on the host: a prime, so that rows of a matrix are not alike. */
  private static final int PIECE = 262_139;

  private final Stream stream;
  private final HostBuffer host;

  Filler(Device device, Stream stream) {
    this.stream = stream;
    host = device.newHostBuffer("numbers", (long) PIECE * Integer.BYTES);
  }

  /** Fills a buffer, and waits until that is done. */
  void fill(DeviceBuffer buffer, Slot slot) {
    if (slot.content() == Slot.Content.ZERO) {
      stream.clear(buffer);
      stream.synchronize();
      return;
    }
    long done = Math.min(PIECE, buffer.count());
    make(slot, (int) done);
    stream.write(buffer.part("piece", 0, done), host);
    while (done < buffer.count()) {
      long more = Math.min(done, buffer.count() - done);
      stream.copy(buffer.part("done", 0, more), buffer.part("next", done, more));
      done += more;
    }
    stream.synchronize();
  }

  private void make(Slot slot, int count) {
    SplittableRandom random = new SplittableRandom(slot.role().hashCode());
    MemorySegment numbers = host.segment();
    for (int i = 0; i < count; i++) {
      if (slot.type() == DataType.FLOAT32) {
        double number = random.nextDouble();
        boolean positive = slot.content() == Slot.Content.POSITIVE;
        float value = (float) (positive ? 1 - number : 2 * number - 1);
        numbers.set(ValueLayout.JAVA_FLOAT, 4L * i, value);
      } else if (slot.type() == DataType.INT32) {
        numbers.set(ValueLayout.JAVA_INT, 4L * i, random.nextInt(slot.below()));
      } else {
        numbers.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
      }
    }
  }

  @Override
  public void close() {
    host.close();
  }
}
