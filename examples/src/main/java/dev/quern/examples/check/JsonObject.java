package dev.quern.examples.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.jr.ob.JSON;

/** A JSON object that says where it stands when something in it is missing or of another kind. */
final class JsonObject {
  private final String where;
  private final Map<?, ?> fields;

  private JsonObject(String where, Map<?, ?> fields) {
    this.where = where;
    this.fields = fields;
  }

  /**
   * Reads a file that holds one object.
   *
   * @throws CheckException if it cannot be read or is no JSON object
   */
  static JsonObject read(Path file) {
    String text;
    try {
      text = Files.readString(file);
    } catch (IOException e) {
      throw new CheckException("there is no readable file " + file, e);
    }
    try {
      return of(file.toString(), JSON.std.anyFrom(text));
    } catch (JacksonException e) {
      throw new CheckException(file + " is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static JsonObject of(String where, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return new JsonObject(where, map);
    }
    throw new CheckException(where + " must be a JSON object");
  }

  /** Where this stands: the file and the path of keys in it. */
  String where() {
    return where;
  }

  boolean has(String key) {
    return fields.get(key) != null;
  }

  Set<String> keys() {
    return fields.keySet().stream().map(String::valueOf).collect(Collectors.toSet());
  }

  JsonObject object(String key) {
    return of(where + " " + key, fields.get(key));
  }

  List<JsonObject> objects(String key) {
    List<JsonObject> objects = new ArrayList<>();
    for (Object item : list(key)) {
      objects.add(of(where + " " + key + "[" + objects.size() + "]", item));
    }
    return objects;
  }

  String text(String key) {
    if (fields.get(key) instanceof String text) {
      return text;
    }
    throw missing(key, "a string");
  }

  boolean flag(String key) {
    if (fields.get(key) instanceof Boolean flag) {
      return flag;
    }
    throw missing(key, "true or false");
  }

  /** Whether the value is a number; it may be a word instead. */
  boolean isNumber(String key) {
    return fields.get(key) instanceof Number;
  }

  double number(String key) {
    if (fields.get(key) instanceof Number number) {
      return number.doubleValue();
    }
    throw missing(key, "a number");
  }

  int whole(String key) {
    double number = number(key);
    if (number != (int) number) {
      throw missing(key, "a whole number");
    }
    return (int) number;
  }

  /** A list of {@code count} whole numbers. */
  int[] wholes(String key, int count) {
    List<?> list = list(key);
    int[] wholes = new int[list.size()];
    for (int i = 0; i < wholes.length; i++) {
      if (!(list.get(i) instanceof Number number) || number.doubleValue() != number.intValue()) {
        throw missing(key, "a list of whole numbers");
      }
      wholes[i] = number.intValue();
    }
    if (wholes.length != count) {
      throw missing(key, "a list of " + count + " whole numbers");
    }
    return wholes;
  }

  private List<?> list(String key) {
    if (fields.get(key) instanceof List<?> list) {
      return list;
    }
    throw missing(key, "a list");
  }

  private CheckException missing(String key, String what) {
    return new CheckException(
        "%s must have %s under '%s', but has %s".formatted(where, what, key, fields.get(key)));
  }
}
