package dev.quern.examples.check;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes Protocol Buffers messages, for tests. */
final class ProtoWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ProtoWriter integer(int field, long value) {
    varint((long) field << 3);
    varint(value);
    return this;
  }

  ProtoWriter number(int field, float value) {
    varint((long) field << 3 | 5);
    bytes.writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  ProtoWriter text(int field, String value) {
    return raw(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoWriter message(int field, ProtoWriter value) {
    return raw(field, value.toByteArray());
  }

  ProtoWriter raw(int field, byte[] value) {
    varint((long) field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  /** Integers in one packed field. */
  ProtoWriter packed(int field, long... values) {
    ProtoWriter inner = new ProtoWriter();
    for (long value : values) {
      inner.varint(value);
    }
    return message(field, inner);
  }

  private void varint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      bytes.write((int) (left & 0x7F) | 0x80);
      left >>>= 7;
    }
    bytes.write((int) left);
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
