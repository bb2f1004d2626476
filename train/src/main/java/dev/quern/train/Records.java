package dev.quern.train;

import dev.quern.core.ComputeException;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Layers, optimizers and what they are made of as JSON objects: {@code class}, the simple name of a
 * record of this package, and its components by name. So a new layer needs no line here. A file can
 * name nothing but such records, and only where their interface is asked for.
 */
final class Records {
  private static final String CLASS = "class";
  private static final Pattern NAME = Pattern.compile("[A-Z][A-Za-z0-9]{0,63}");
  private static final String PACKAGE = Records.class.getPackageName();

  private Records() {}

  /**
   * A value as JSON.
   *
   * @throws SpecException if something in it is no record of this package, as code of your own is
   */
  static @Nullable Object toJson(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Float number -> Float.isFinite(number) ? decimal(number) : number.toString();
      case Double number -> Double.isFinite(number) ? number : number.toString();
      case Integer _, Long _, Boolean _, String _ -> value;
      case Enum<?> constant -> constant.name();
      case List<?> list -> list.stream().map(Records::toJson).toList();
      case Record record when record.getClass().getPackageName().equals(PACKAGE) ->
          recordToJson(record);
      default ->
          throw new SpecException(
              "%s is code of your own, which a file cannot hold; save the weights alone"
                  .formatted(value.getClass().getName()));
    };
  }

  /** The shortest number that becomes the same float again. */
  private static double decimal(float number) {
    double shortest = Double.parseDouble(Float.toString(number));
    return (float) shortest == number ? shortest : number;
  }

  private static Map<String, @Nullable Object> recordToJson(Record record) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put(CLASS, record.getClass().getSimpleName());
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        object.put(component.getName(), toJson(component.getAccessor().invoke(record)));
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("cannot read " + component, e);
      }
    }
    return object;
  }

  /**
   * Reads what {@link #toJson} made of a record.
   *
   * @param type an interface that it must implement
   * @throws DataException if there is no such record, or it does not take its components
   */
  static <T> T read(JsonValue json, Class<T> type) {
    String name = json.get(CLASS).text();
    Class<?> record = find(name, type);
    if (record == null) {
      throw new DataException(
          "%s: there is no %s called %s in this version of Quern"
              .formatted(
                  json.where(),
                  type.getSimpleName().toLowerCase(Locale.ROOT),
                  JsonValue.shown(name)));
    }
    return type.cast(construct(json, record));
  }

  private static @Nullable Class<?> find(String name, Class<?> type) {
    if (!NAME.matcher(name).matches()) {
      return null;
    }
    return Stream.concat(Stream.of(type.getDeclaredClasses()), topLevel(name))
        .filter(found -> found.getSimpleName().equals(name))
        .filter(found -> found.isRecord() && type.isAssignableFrom(found))
        .findFirst()
        .orElse(null);
  }

  private static Stream<Class<?>> topLevel(String name) {
    try {
      return Stream.of(Class.forName(PACKAGE + "." + name, false, Records.class.getClassLoader()));
    } catch (ClassNotFoundException | LinkageError e) {
      return Stream.of(); // a linkage error is a name in the wrong case, where files have none
    }
  }

  private static Object construct(JsonValue json, Class<?> record) {
    RecordComponent[] components = record.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    @Nullable Object[] arguments = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] = value(json.get(components[i].getName()), components[i].getGenericType());
    }
    try {
      return record.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      String why =
          e.getCause() instanceof ComputeException told
              ? JsonValue.reason(told)
              : "they are out of range";
      throw new DataException(
          "%s: %s does not take these settings: %s"
              .formatted(json.where(), record.getSimpleName(), why),
          e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + record, e);
    }
  }

  private static @Nullable Object value(JsonValue json, Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      List<Object> values = new ArrayList<>();
      for (JsonValue element : json.list()) {
        Object value = value(element, list.getActualTypeArguments()[0]);
        if (value == null) {
          throw element.wrong("a value");
        }
        values.add(value);
      }
      return List.copyOf(values);
    }
    if (!(type instanceof Class<?> plain)) {
      throw new IllegalStateException("a component of a record has type " + type);
    }
    return json.isNull() && !plain.isPrimitive() ? null : plainValue(json, plain);
  }

  private static Object plainValue(JsonValue json, Class<?> type) {
    if (type == int.class || type == Integer.class) {
      return json.wholeNumber();
    } else if (type == long.class || type == Long.class) {
      return json.longNumber();
    } else if (type == boolean.class || type == Boolean.class) {
      return json.flag();
    } else if (type == String.class) {
      return json.text();
    } else if (type == float.class || type == Float.class) {
      return (float) number(json);
    } else if (type == double.class || type == Double.class) {
      return number(json);
    }
    if (type.isRecord()) {
      return construct(json, type); // the component itself says which
    }
    return type.isEnum() ? json.constantOf(type) : read(json, type);
  }

  /** JSON has no numbers for what is not finite; they are texts. */
  private static double number(JsonValue json) {
    if (!json.isText()) {
      return json.number();
    }
    return switch (json.text()) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default -> throw json.wrong("a number");
    };
  }
}
