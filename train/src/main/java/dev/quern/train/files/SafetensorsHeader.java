package dev.quern.train.files;

import dev.quern.train.data.DataException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * The header of a safetensors file: where each array is.
 *
 * @param entries in the order of the header
 * @param metadata free texts
 */
record SafetensorsHeader(List<Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";
  static final String TYPE = "F32";

  /**
   * Some 50,000 arrays. The format allows 100 MB, which nobody needs and a damaged file may claim.
   */
  private static final int MOST_BYTES = 4 << 20;

  /** The arrays begin at a multiple of this; the format asks for it so that they can be mapped. */
  private static final int ALIGNMENT = 8;

  /**
   * Where one array is.
   *
   * @param name its name
   * @param shape its extents
   * @param begin first byte, counted from the end of the header
   * @param end byte after the last
   */
  record Entry(String name, List<Integer> shape, long begin, long end) {
    /** Number of elements, by the offsets. */
    int elements() {
      return Math.toIntExact((end - begin) / Float.BYTES);
    }
  }

  /**
   * The header for these arrays, one after the other.
   *
   * @throws DataException if two names are equal, one is reserved, or a shape does not match
   */
  static SafetensorsHeader of(
      Path file, List<Safetensors.Array> arrays, Map<String, String> metadata) {
    List<Entry> entries = new ArrayList<>();
    Set<String> names = new HashSet<>();
    long offset = 0;
    for (Safetensors.Array array : arrays) {
      if (array.name().equals(METADATA) || !names.add(array.name())) {
        throw new DataException(
            "%s: each array needs a name of its own, but %s is %s"
                .formatted(
                    file,
                    SafetensorsText.quote(array.name()),
                    names.contains(array.name()) ? "there twice" : "reserved by the format"));
      }
      long end = offset + (long) array.values().length * Float.BYTES;
      Entry entry = new Entry(array.name(), array.shape(), offset, end);
      requireShape(file, entry);
      entries.add(entry);
      offset = end;
    }
    return new SafetensorsHeader(entries, new LinkedHashMap<>(metadata));
  }

  /**
   * Length and text of the header, padded with spaces, ready to be written.
   *
   * @throws DataException if it gets too long or holds half a surrogate pair
   */
  ByteBuffer encode(Path file) {
    ByteBuffer text;
    try {
      text = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(json()));
    } catch (CharacterCodingException e) {
      throw new DataException(
          "%s: names and metadata must be valid Unicode, but one holds half a surrogate pair"
              .formatted(file),
          e);
    }
    int padded = (text.remaining() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (padded > MOST_BYTES) {
      throw new DataException(
          "%s: the header may have %d bytes, but has %d; write fewer arrays or less metadata"
              .formatted(file, MOST_BYTES, padded));
    }
    ByteBuffer header = ByteBuffer.allocate(Long.BYTES + padded).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(padded).put(text);
    while (header.hasRemaining()) {
      header.put((byte) ' ');
    }
    return header.flip();
  }

  private String json() {
    StringJoiner all = new StringJoiner(",", "{", "}");
    if (!metadata.isEmpty()) {
      StringJoiner texts = new StringJoiner(",", "\"" + METADATA + "\":{", "}");
      metadata.forEach(
          (key, value) ->
              texts.add(SafetensorsText.quote(key) + ":" + SafetensorsText.quote(value)));
      all.add(texts.toString());
    }
    for (Entry entry : entries) {
      StringJoiner shape = new StringJoiner(",", "[", "]");
      entry.shape().forEach(extent -> shape.add(Integer.toString(extent)));
      all.add(
          "%s:{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s,%s]}"
              .formatted(
                  SafetensorsText.quote(entry.name()),
                  TYPE,
                  shape,
                  Long.toString(entry.begin()),
                  Long.toString(entry.end())));
    }
    return all.toString();
  }

  /**
   * The length of the header, compared with the length of the file.
   *
   * @throws DataException if such a header cannot be there, or is longer than Quern reads
   */
  static int requireLength(Path file, long declared, long fileBytes) {
    long present = fileBytes - Long.BYTES;
    if (declared < 2 || declared > present) {
      throw new DataException(
          "%s: the header must have 2 to %d bytes in this file, but declares %s;"
                  .formatted(file, present, Long.toUnsignedString(declared))
              + " it is cut off or no safetensors file");
    }
    if (declared > MOST_BYTES) {
      throw new DataException(
          "%s: headers of up to %d bytes are read, but this one has %d; split the file"
              .formatted(file, MOST_BYTES, declared));
    }
    return (int) declared;
  }

  /**
   * Reads a header and checks each array by itself.
   *
   * @throws DataException if it is not JSON of exactly this form, or a shape or offset is wrong
   */
  static SafetensorsHeader parse(Path file, byte[] text) {
    SafetensorsHeader header = new SafetensorsText(file, text).header();
    for (Entry entry : header.entries) {
      requireShape(file, entry);
    }
    return header;
  }

  /**
   * Checks that the arrays fill the bytes after the header, without gap or overlap.
   *
   * @throws DataException if they do not
   */
  void requireFilled(Path file, long dataBytes) {
    List<Entry> ordered = new ArrayList<>(entries);
    ordered.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
    long expected = 0;
    for (Entry entry : ordered) {
      if (entry.begin != expected) {
        throw new DataException(
            "%s: array %s must begin where the one before ends, at byte %d, but begins at %d"
                    .formatted(file, SafetensorsText.quote(entry.name), expected, entry.begin)
                + "; get the file again");
      }
      expected = entry.end;
    }
    if (expected != dataBytes) {
      throw new DataException(
          "%s: the arrays take %d bytes, but %d follow the header; the file is %s, get it again"
              .formatted(file, expected, dataBytes, dataBytes < expected ? "cut off" : "too long"));
    }
  }

  private static void requireShape(Path file, Entry entry) {
    long elements = 1;
    for (int extent : entry.shape) {
      // Both are below 2^31, so the product fits; it is given up before the next one might not.
      elements = extent < 0 ? -1 : elements * extent;
      if (elements < 0 || elements > Integer.MAX_VALUE - 8) {
        throw new DataException(
            "%s: array %s must have extents of 0 or more and at most %d elements, but has shape %s"
                .formatted(
                    file, SafetensorsText.quote(entry.name), Integer.MAX_VALUE - 8, entry.shape));
      }
    }
    if (entry.end < entry.begin || entry.end - entry.begin != elements * Float.BYTES) {
      throw new DataException(
          "%s: array %s of shape %s takes %d bytes, but has bytes %d to %d"
              .formatted(
                  file,
                  SafetensorsText.quote(entry.name),
                  entry.shape,
                  elements * Float.BYTES,
                  entry.begin,
                  entry.end));
    }
  }
}
