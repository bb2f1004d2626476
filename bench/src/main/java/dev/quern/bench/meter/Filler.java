package dev.quern.bench.meter;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Values;

/**
 * Fills buffers of any size. A piece is made on the host and doubled on the device until the buffer
 * is full, so that the host's memory stays small.
 */
final class Filler implements AutoCloseable {
  /** Elements made on the host at most: a prime, so that rows of a matrix are not alike. */
  static final int PIECE = 262_139;

  private final Stream stream;
  private final HostBuffer host;

  Filler(Device device, Stream stream) {
    this.stream = stream;
    host = device.newHostBuffer("numbers", (long) PIECE * Integer.BYTES);
  }

  /** Fills a buffer with at most {@link #PIECE} elements again and again; waits for the end. */
  void fill(DeviceBuffer buffer, Values piece) {
    host.segment().copyFrom(piece.bits());
    long done = piece.count();
    stream.write(buffer.part("piece", 0, done), host);
    while (done < buffer.count()) {
      long more = Math.min(done, buffer.count() - done);
      stream.copy(buffer.part("done", 0, more), buffer.part("next", done, more));
      done += more;
    }
    stream.synchronize();
  }

  @Override
  public void close() {
    host.close();
  }
}
