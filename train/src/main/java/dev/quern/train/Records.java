package dev.quern.train;

import dev.quern.core.ComputeException;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataException;
import dev.quern.train.files.JsonValue;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.jr.ob.JSON;

/**
 * Layers, optimizers and what they are made of as JSON objects: {@code class}, the name of a record
 * as {@link RecordNames} has it, and its components by name. So a new layer needs no line here,
 * whoever wrote it.
 */
final class Records {
  private static final String CLASS = "class";

  private Records() {}

  /**
   * A value as JSON.
   *
   * @throws SpecException if something in it cannot be written, or could not be read again
   */
  static @Nullable Object toJson(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case Float number -> Float.isFinite(number) ? decimal(number) : number.toString();
      case Double number -> Double.isFinite(number) ? number : number.toString();
      case Integer _, Long _, Boolean _, String _ -> value;
      case Enum<?> constant -> constant.name();
      case List<?> list -> list.stream().map(Records::toJson).toList();
      case Record record -> recordToJson(record);
      default ->
          throw unsavable(value, "only records of numbers, texts and the like have settings");
    };
  }

  /** The shortest number that becomes the same float again. */
  private static double decimal(float number) {
    double shortest = Double.parseDouble(Float.toString(number));
    return (float) shortest == number ? shortest : number;
  }

  private static Map<String, @Nullable Object> recordToJson(Record record) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    object.put(CLASS, RecordNames.of(record.getClass()));
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      try {
        Method accessor = component.getAccessor();
        accessor.setAccessible(true);
        object.put(component.getName(), toJson(accessor.invoke(record)));
      } catch (ReflectiveOperationException | InaccessibleObjectException e) {
        throw unsavable(record, "its settings cannot be read: " + JsonValue.reason(e));
      }
    }
    if (!RecordNames.isOurs(record.getClass())) {
      requireReadable(record, object);
    }
    return object;
  }

  /** What only turned out when a model is opened would have cost its whole training. */
  private static void requireReadable(Record record, Map<String, @Nullable Object> object) {
    String why = "a class of its name is another one, or is not on the class path";
    try {
      Class<?> found = RecordNames.find(RecordNames.of(record.getClass()), record.getClass());
      if (found != null) {
        String text = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(object);
        if (record.equals(construct(JsonValue.parse("its settings", text), found))) {
          return;
        }
        why = "what is read again is not equal";
      }
    } catch (RuntimeException e) {
      why = JsonValue.reason(e);
    }
    throw unsavable(record, why);
  }

  private static SpecException unsavable(Object value, String why) {
    return new SpecException(
        "%s is code of your own, which a file cannot hold (%s); save the weights alone"
            .formatted(value.getClass().getName(), why));
  }

  /**
   * Reads what {@link #toJson} made of a record.
   *
   * @param type an interface that it must implement
   * @throws DataException if there is no such record, or it does not take its components
   */
  static <T> T read(JsonValue json, Class<T> type) {
    String name = json.get(CLASS).text();
    Class<?> record = RecordNames.find(name, type);
    if (record == null) {
      throw new DataException(
          "%s: there is no %s called %s %s"
              .formatted(
                  json.where(),
                  type.getSimpleName().toLowerCase(Locale.ROOT),
                  JsonValue.shown(name),
                  RecordNames.isSimple(name)
                      ? "in this version of Quern"
                      : "on the class path; put its code there"));
    }
    return type.cast(construct(json, record));
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
      Constructor<?> constructor = record.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(arguments);
    } catch (InvocationTargetException e) {
      String why =
          e.getCause() instanceof ComputeException told
              ? JsonValue.reason(told)
              : "they are out of range";
      throw new DataException(
          "%s: %s does not take these settings: %s"
              .formatted(json.where(), record.getSimpleName(), why),
          e);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new DataException(
          "%s: %s cannot be made: %s"
              .formatted(json.where(), record.getSimpleName(), JsonValue.reason(e)),
          e);
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
      throw new DataException(
          "%s: a setting of type %s cannot be read from a file".formatted(json.where(), type));
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
