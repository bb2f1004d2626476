package dev.quern.train.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;

/** A file in memory, to be read. */
public final class BytesChannel implements SeekableByteChannel {
  private final byte[] bytes;
  private long position;

  private BytesChannel(byte[] bytes) {
    this.bytes = bytes;
  }

  /** What safetensors are in such a file; the name is for messages. */
  public static Safetensors.Contents safetensors(Path name, byte[] bytes) throws IOException {
    return Safetensors.read(name, new BytesChannel(bytes));
  }

  @Override
  public int read(ByteBuffer into) {
    if (position >= bytes.length) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), bytes.length - position);
    into.put(bytes, (int) position, count);
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public SeekableByteChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
