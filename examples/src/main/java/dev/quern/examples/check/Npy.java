package dev.quern.examples.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one NumPy array. Source: NumPy's format description (numpy/lib/format.py, versions 1.0 to
 * 3.0). Nothing in the header is trusted: its length, shape and type must agree with what follows.
 */
final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MOST_AXES = 32;
  private static final Pattern TYPE = Pattern.compile("'descr'\\s*:\\s*'([^']{1,8})'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([0-9, ]*)\\)");

  private final String name;

  private Npy(String name) {
    this.name = name;
  }

  /**
   * Reads the bytes of an array.
   *
   * @param name for messages
   * @throws CheckException if they are no array of a type that is known
   */
  static Tensor read(String name, byte[] bytes) {
    return new Npy(name).read(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  private Tensor read(ByteBuffer bytes) {
    String header = header(bytes);
    ElementType type = type(find(TYPE, "descr", header));
    int[] shape = shape(find(SHAPE, "shape", header));
    long count = Tensor.count(shape);
    if (count < 0 || count * type.bytes() != bytes.remaining()) {
      throw wrong(
          "shape %s of %s needs another size than the %d bytes that follow the header"
              .formatted(Arrays.toString(shape), type, bytes.remaining()));
    }
    return find(ORDER, "fortran_order", header).equals("True")
        ? byColumns(type, shape, bytes)
        : Tensor.read(type, shape, bytes);
  }

  /** In Fortran's order the first axis runs fastest: the transpose of the reversed shape. */
  private static Tensor byColumns(ElementType type, int[] shape, ByteBuffer bytes) {
    int[] reversed = new int[shape.length];
    int[] axes = new int[shape.length];
    for (int i = 0; i < shape.length; i++) {
      axes[i] = shape.length - 1 - i;
      reversed[i] = shape[axes[i]];
    }
    return Movement.transpose(Tensor.read(type, reversed, bytes), axes);
  }

  private String header(ByteBuffer bytes) {
    byte[] magic = new byte[MAGIC.length];
    if (bytes.remaining() < MAGIC.length + 4) {
      throw wrong("it has %d bytes, too few for a header".formatted(bytes.remaining()));
    }
    bytes.get(magic);
    int version = bytes.get();
    bytes.get(); // the minor version says nothing yet
    if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
      throw wrong("it does not begin with the magic of a version 1 to 3");
    }
    if (version > 1 && bytes.remaining() < 4) {
      throw wrong("it ends inside the header's length");
    }
    long length = version == 1 ? bytes.getShort() & 0xFFFF : bytes.getInt() & 0xFFFFFFFFL;
    if (length > bytes.remaining()) {
      throw wrong(
          "its header should have %d bytes, but %d are left".formatted(length, bytes.remaining()));
    }
    byte[] text = new byte[(int) length];
    bytes.get(text);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private String find(Pattern pattern, String key, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw wrong("its header has no readable '" + key + "'");
    }
    return matcher.group(1);
  }

  private ElementType type(String descr) {
    return switch (descr) {
      case "<f4" -> ElementType.FLOAT32;
      case "<f8" -> ElementType.FLOAT64;
      case "<i4" -> ElementType.INT32;
      case "<i8" -> ElementType.INT64;
      case "|u1" -> ElementType.UINT8;
      case "|b1" -> ElementType.BOOL;
      default ->
          throw wrong("its type must be one of <f4, <f8, <i4, <i8, |u1 and |b1, but is " + descr);
    };
  }

  private int[] shape(String text) {
    String[] extents = Arrays.stream(text.split(",", -1)).map(String::strip).toArray(String[]::new);
    // A tuple of one has a comma behind it, and an empty one nothing at all.
    int axes = extents[extents.length - 1].isEmpty() ? extents.length - 1 : extents.length;
    if (axes > MOST_AXES) {
      throw wrong("it has %d axes, and NumPy has at most %d".formatted(axes, MOST_AXES));
    }
    int[] shape = new int[axes];
    for (int i = 0; i < axes; i++) {
      try {
        shape[i] = Integer.parseInt(extents[i]);
      } catch (NumberFormatException e) {
        throw new CheckException(name + ": '" + extents[i] + "' is no extent of an axis", e);
      }
    }
    return shape;
  }

  private CheckException wrong(String what) {
    return new CheckException(name + " cannot be read as a NumPy array: " + what);
  }
}
