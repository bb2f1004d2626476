package dev.quern.train.files;

import dev.quern.train.data.DataException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON of a safetensors header, and no other JSON (RFC 8259): arrays with {@code dtype},
 * {@code shape} and {@code data_offsets} in any order, texts under {@code __metadata__}. It goes no
 * deeper than that, so no input can exhaust the stack.
 */
final class SafetensorsText {
  /** Long enough for every name in use; a message must not repeat a megabyte. */
  private static final int LONGEST_QUOTE = 100;

  private final Path file;
  private final CharBuffer text;

  SafetensorsText(Path file, byte[] utf8) {
    this.file = file;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
    } catch (CharacterCodingException e) {
      throw new DataException(
          "%s: the header must be UTF-8, but is not; it is damaged or no safetensors file"
              .formatted(file),
          e);
    }
  }

  /**
   * Reads the whole text.
   *
   * @throws DataException at the first character that the format does not allow
   */
  SafetensorsHeader header() {
    if (text.charAt(0) != '{') {
      throw wrong("the header must begin with {");
    }
    Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    boolean metadataSeen = false;
    for (boolean more = open('{', '}'); more; more = next('}')) {
      String name = key();
      if (name.equals(SafetensorsHeader.METADATA)) {
        requireNew(!metadataSeen, name);
        metadataSeen = true;
        metadata(metadata);
      } else {
        requireNew(!entries.containsKey(name), name);
        entries.put(name, entry(name));
      }
    }
    skipSpace();
    if (text.hasRemaining()) {
      throw wrong("only spaces may follow the end of the header");
    }
    return new SafetensorsHeader(new ArrayList<>(entries.values()), metadata);
  }

  private void metadata(Map<String, String> into) {
    for (boolean more = open('{', '}'); more; more = next('}')) {
      String key = key();
      requireNew(!into.containsKey(key), key);
      into.put(key, string());
    }
  }

  private SafetensorsHeader.Entry entry(String name) {
    String type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    for (boolean more = open('{', '}'); more; more = next('}')) {
      String key = key();
      switch (key) {
        case "dtype" -> {
          requireNew(type == null, key);
          type = string();
        }
        case "shape" -> {
          requireNew(shape == null, key);
          shape = numbers();
        }
        case "data_offsets" -> {
          requireNew(offsets == null, key);
          offsets = numbers();
        }
        default -> throw wrong("%s is no part of an array".formatted(shown(key)));
      }
    }
    return entry(name, type, shape, offsets);
  }

  private SafetensorsHeader.Entry entry(
      String name,
      @Nullable String type,
      @Nullable List<Long> shape,
      @Nullable List<Long> offsets) {
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw wrong("array %s must have dtype, shape and two data_offsets".formatted(shown(name)));
    }
    if (!type.equals(SafetensorsHeader.TYPE)) {
      throw new DataException(
          "%s: arrays of type F32 are read, but %s has type %s; convert it to F32 first"
              .formatted(file, shown(name), shown(type)));
    }
    List<Integer> extents = new ArrayList<>();
    for (long extent : shape) {
      if (extent > Integer.MAX_VALUE) {
        throw wrong(
            "array %s may have extents up to %d, but has one of %d"
                .formatted(shown(name), Integer.MAX_VALUE, extent));
      }
      extents.add((int) extent);
    }
    return new SafetensorsHeader.Entry(
        name, List.copyOf(extents), offsets.getFirst(), offsets.getLast());
  }

  private List<Long> numbers() {
    List<Long> numbers = new ArrayList<>();
    for (boolean more = open('[', ']'); more; more = next(']')) {
      numbers.add(number());
    }
    return numbers;
  }

  /** No sign, no fraction, no exponent, no leading zero: sizes are whole numbers. */
  private long number() {
    skipSpace();
    int start = text.position();
    while (text.hasRemaining() && peek() >= '0' && peek() <= '9') {
      text.get();
    }
    String digits = text.duplicate().position(start).limit(text.position()).toString();
    if (digits.isEmpty()
        || digits.length() > 18
        || (digits.length() > 1 && digits.startsWith("0"))) {
      throw wrong("a whole number of at most 18 digits must be here");
    }
    return Long.parseLong(digits);
  }

  private String key() {
    String key = string();
    expect(':');
    return key;
  }

  private String string() {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (true) {
      char c = take();
      if (c == '"') {
        return requireUnicode(string.toString());
      }
      if (c < ' ') {
        throw wrong("control characters must be escaped");
      }
      string.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = take();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw wrong("\\%s is no escape of JSON".formatted(JsonValue.shown("" + c)));
    };
  }

  private char unicode() {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      char c = take();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw wrong("\\u must be followed by four hexadecimal digits");
      }
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private String requireUnicode(String string) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(string)) {
      throw wrong("half a surrogate pair is no text");
    }
    return string;
  }

  private void requireNew(boolean isNew, String key) {
    if (!isNew) {
      throw wrong("%s must be there once, but is there twice".formatted(shown(key)));
    }
  }

  /** Opens a list of things; tells whether it has a first one. */
  private boolean open(char opening, char closing) {
    expect(opening);
    skipSpace();
    if (text.hasRemaining() && peek() == closing) {
      text.get();
      return false;
    }
    return true;
  }

  /** Goes on in a list of things; tells whether it has another one. */
  private boolean next(char closing) {
    skipSpace();
    char c = take();
    if (c != ',' && c != closing) {
      throw wrong("a comma or %c must be here".formatted(closing));
    }
    return c == ',';
  }

  private void expect(char c) {
    skipSpace();
    if (take() != c) {
      throw wrong("%c must be here".formatted(c));
    }
  }

  private void skipSpace() {
    while (text.hasRemaining() && " \t\n\r".indexOf(peek()) >= 0) {
      text.get();
    }
  }

  private char peek() {
    return text.charAt(0);
  }

  private char take() {
    if (!text.hasRemaining()) {
      throw wrong("the header ends too early");
    }
    return text.get();
  }

  private DataException wrong(String rule) {
    return new DataException(
        "%s: %s (character %d of %d of the header); it is damaged or no safetensors file"
            .formatted(file, rule, text.position(), text.limit()));
  }

  private static String shown(String name) {
    return quote(name.length() <= LONGEST_QUOTE ? name : name.substring(0, LONGEST_QUOTE) + "...");
  }

  /** A text as JSON writes it. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
