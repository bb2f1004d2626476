package dev.quern.examples.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * A cursor over one Protocol Buffers message. Source: the encoding guide
 * (protobuf.dev/programming-guides/encoding). Call {@link #next}, then exactly one of the value
 * methods or {@link #skip}.
 */
final class ProtoReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;
  private static final int MOST_VARINT_BYTES = 10;

  private final String where;
  private final ByteBuffer bytes;
  private int field;
  private int wireType;

  /** A reader of a whole message; {@code where} names it in messages. */
  ProtoReader(String where, byte[] bytes) {
    this(where, ByteBuffer.wrap(bytes));
  }

  private ProtoReader(String where, ByteBuffer bytes) {
    this.where = where;
    this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Goes to the next field; false at the end. */
  boolean next() {
    if (!bytes.hasRemaining()) {
      return false;
    }
    long tag = readVarint();
    wireType = (int) (tag & 7);
    if (tag >>> 3 == 0 || tag >>> 3 > Integer.MAX_VALUE >>> 2) {
      throw wrong("has a field numbered " + (tag >>> 3));
    }
    field = (int) (tag >>> 3);
    return true;
  }

  /** Number of the field that {@link #next} went to. */
  int field() {
    return field;
  }

  /** Passes over the value. */
  void skip() {
    switch (wireType) {
      case VARINT -> readVarint();
      case FIXED64 -> take(Long.BYTES);
      case LENGTH -> take(length());
      case FIXED32 -> take(Integer.BYTES);
      default -> throw wrong("has wire type " + wireType + ", which is none of 0, 1, 2 and 5");
    }
  }

  /** An integer. */
  long integer() {
    require(VARINT);
    return readVarint();
  }

  /** A float. */
  float number() {
    require(FIXED32);
    return take(Float.BYTES).getFloat();
  }

  /** A string. */
  String text() {
    require(LENGTH);
    return StandardCharsets.UTF_8.decode(take(length())).toString();
  }

  /** A message inside this one. */
  ProtoReader message(String name) {
    require(LENGTH);
    return new ProtoReader(where + " " + name, take(length()));
  }

  /** Bytes, little-endian, without a copy. */
  ByteBuffer raw() {
    require(LENGTH);
    return take(length());
  }

  /** Adds integers to a list, whether they come packed or one by one. */
  void integers(NumberList to) {
    if (wireType == VARINT) {
      to.add((double) readVarint());
      return;
    }
    ProtoReader packed = message("packed integers");
    while (packed.bytes.hasRemaining()) {
      to.add((double) packed.readVarint());
    }
  }

  /** Adds floats to a list, whether they come packed or one by one. */
  void numbers(NumberList to) {
    if (wireType == FIXED32) {
      to.add(number());
      return;
    }
    ByteBuffer packed = raw();
    if (packed.remaining() % Float.BYTES != 0) {
      throw wrong("has packed floats in " + packed.remaining() + " bytes");
    }
    while (packed.hasRemaining()) {
      to.add(packed.getFloat());
    }
  }

  private long readVarint() {
    long value = 0;
    for (int i = 0; i < MOST_VARINT_BYTES; i++) {
      if (!bytes.hasRemaining()) {
        throw wrong("ends inside an integer");
      }
      byte part = bytes.get();
      value |= (part & 0x7FL) << (7 * i);
      if (part >= 0) {
        return value;
      }
    }
    throw wrong("has an integer of more than " + MOST_VARINT_BYTES + " bytes");
  }

  private int length() {
    long length = readVarint();
    if (length < 0 || length > bytes.remaining()) {
      throw wrong("has a value of " + length + " bytes where " + bytes.remaining() + " are left");
    }
    return (int) length;
  }

  private ByteBuffer take(int count) {
    if (count > bytes.remaining()) {
      throw wrong("ends inside a value");
    }
    ByteBuffer part = bytes.slice(bytes.position(), count).order(ByteOrder.LITTLE_ENDIAN);
    bytes.position(bytes.position() + count);
    return part;
  }

  private void require(int expected) {
    if (wireType != expected) {
      throw wrong(
          "has wire type %d in field %d where %d is due".formatted(wireType, field, expected));
    }
  }

  /** For those who read the values: the same kind of error, about the meaning. */
  CheckException wrong(String what) {
    return new CheckException(
        where + " cannot be read: at byte " + bytes.position() + " it " + what);
  }
}
