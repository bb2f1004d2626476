package dev.quern.train.files;

import dev.quern.train.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/**
 * A value of a JSON text that nobody vouches for. Every method that asks for a kind of value throws
 * a {@link DataException} if it is missing or another one, in a sentence that says where it stands.
 */
public final class JsonValue {
  private static final int LONGEST_SHOWN = 80;
  private static final int LONGEST_REASON = 300;

  private final String where;
  private final @Nullable Object value;

  private JsonValue(String where, @Nullable Object value) {
    this.where = where;
    this.value = value;
  }

  /**
   * Reads a text.
   *
   * @param where what messages call it
   * @throws DataException if it is no JSON
   */
  public static JsonValue parse(String where, String text) {
    try {
      return new JsonValue(where, JSON.std.anyFrom(text));
    } catch (JacksonException e) {
      throw new DataException(
          "%s: is no JSON: %s".formatted(where, shown(e.getOriginalMessage())), e);
    }
  }

  /** A foreign text as a message may repeat it: short, and on one line. */
  public static String shown(String text) {
    return cut(text, LONGEST_SHOWN);
  }

  /** Why an error came about, likewise, for the end of a message. */
  public static String reason(Throwable e) {
    return cut(String.valueOf(e.getMessage()), LONGEST_REASON);
  }

  private static String cut(String text, int longest) {
    String line = text.replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
    return line.length() <= longest ? line : line.substring(0, longest) + "...";
  }

  /** Where this stands: the file and the path of keys in it. */
  public String where() {
    return where;
  }

  /** Whether it is there, but nothing. */
  public boolean isNull() {
    return value == null;
  }

  /** Whether {@link #text} has an answer. */
  public boolean isText() {
    return value instanceof String;
  }

  /** Whether an object has a key. */
  public boolean has(String key) {
    return object().containsKey(key);
  }

  /** What an object has under a key; may be null. */
  public JsonValue get(String key) {
    Map<?, ?> object = object();
    if (!object.containsKey(key)) {
      throw new DataException("%s: %s is missing".formatted(where, key));
    }
    return new JsonValue(where + ": " + key, object.get(key));
  }

  private Map<?, ?> object() {
    if (value instanceof Map<?, ?> object) {
      return object;
    }
    throw wrong("an object");
  }

  /** The elements of a list. */
  public List<JsonValue> list() {
    if (!(value instanceof List<?> list)) {
      throw wrong("a list");
    }
    List<JsonValue> values = new ArrayList<>();
    for (Object element : list) {
      values.add(new JsonValue("%s[%d]".formatted(where, values.size()), element));
    }
    return values;
  }

  /** A text. */
  public String text() {
    if (value instanceof String text) {
      return text;
    }
    throw wrong("a text");
  }

  /** True or false. */
  public boolean flag() {
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw wrong("true or false");
  }

  /** A finite number. */
  public double number() {
    if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
      return number.doubleValue();
    }
    throw wrong("a finite number");
  }

  /** A whole number that an int holds. */
  public int wholeNumber() {
    long number = longNumber();
    if (number != (int) number) {
      throw wrong("a whole number of 32 bits");
    }
    return (int) number;
  }

  /** A whole number that a long holds. */
  public long longNumber() {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw wrong("a whole number of 64 bits");
  }

  /** A constant of an enum by its name. */
  public <E extends Enum<E>> E constant(Class<E> type) {
    return type.cast(constantOf(type));
  }

  /** The same where the enum is only known at run time. */
  public Object constantOf(Class<?> type) {
    String name = text();
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new DataException(
        "%s: must be one of %s, but is %s"
            .formatted(where, List.of(type.getEnumConstants()), shown(name)));
  }

  /** The error of a value that is no such thing. */
  public DataException wrong(String expected) {
    return new DataException(
        "%s: must be %s, but is %s".formatted(where, expected, shown(String.valueOf(value))));
  }
}
