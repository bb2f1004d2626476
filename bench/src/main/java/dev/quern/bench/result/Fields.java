package dev.quern.bench.result;

import dev.quern.train.data.DataException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An object of a file that somebody may have written by hand: members are asked for by name and
 * kind, and what is missing or of another kind is a sentence that says where.
 */
public final class Fields {
  private final String path;
  private final Map<?, ?> members;

  /**
   * An object.
   *
   * @param path the file and where in it, for sentences
   * @param members its members
   */
  public Fields(String path, Map<?, ?> members) {
    this.path = path;
    this.members = members;
  }

  String text(String name) {
    return required(name, "a text", textOrNull(name));
  }

  @Nullable String textOrNull(String name) {
    return ofKind(name, "a text", String.class);
  }

  double number(String name) {
    return required(name, "a number", numberOrNull(name));
  }

  @Nullable Double numberOrNull(String name) {
    Number number = ofKind(name, "a number", Number.class);
    return number == null ? null : number.doubleValue();
  }

  boolean flag(String name) {
    return required(name, "true or false", ofKind(name, "true or false", Boolean.class));
  }

  Fields object(String name) {
    return required(name, "an object", objectOrNull(name));
  }

  @Nullable Fields objectOrNull(String name) {
    Map<?, ?> object = ofKind(name, "an object", Map.class);
    return object == null ? null : new Fields(path + " " + name, object);
  }

  List<Fields> objects(String name) {
    List<Fields> objects = new ArrayList<>();
    for (Object item : list(name)) {
      String place = "%s[%d]".formatted(name, objects.size());
      if (!(item instanceof Map<?, ?> object)) {
        throw wrong(place, "an object", item);
      }
      objects.add(new Fields(path + " " + place, object));
    }
    return objects;
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Object item : list(name)) {
      if (!(item instanceof String text)) {
        throw wrong("%s[%d]".formatted(name, texts.size()), "a text", item);
      }
      texts.add(text);
    }
    return texts;
  }

  /** A text that is one of an enum's. */
  <E extends Enum<E>> E choice(String name, E[] values) {
    String text = text(name);
    for (E value : values) {
      if (value.toString().equals(text)) {
        return value;
      }
    }
    throw wrong(name, "one of " + List.of(values), text);
  }

  private List<?> list(String name) {
    return required(name, "a list", ofKind(name, "a list", List.class));
  }

  private <T> @Nullable T ofKind(String name, String kind, Class<T> type) {
    Object value = members.get(name);
    if (value != null && !type.isInstance(value)) {
      throw wrong(name, kind, value);
    }
    return type.cast(value);
  }

  private <T> T required(String name, String kind, @Nullable T value) {
    if (value == null) {
      throw wrong(name, kind, null);
    }
    return value;
  }

  private DataException wrong(String name, String kind, @Nullable Object value) {
    return new DataException(
        "%s is not a benchmark run as this version writes them: %s must be %s, but is %s"
            .formatted(path, name, kind, value == null ? "missing" : "'" + value + "'"));
  }
}
