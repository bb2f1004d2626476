package dev.quern.train;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What files call the classes of layers, optimizers and schedules: Quern's own by their simple
 * names, wherever they live, so that moving one leaves files readable; others by their full names.
 * A file can name nothing but records, only where their interface is asked for, and no code of a
 * class runs before that is known.
 */
final class RecordNames {
  /** Where a simple name is looked for. */
  private static final List<String> OURS =
      List.of("dev.quern.train.layers", "dev.quern.train.optimizers");

  private static final Pattern SIMPLE = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$]*");
  private static final Pattern FULL = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_$.]*");
  private static final int LONGEST = 500;

  private RecordNames() {}

  static boolean isOurs(Class<?> record) {
    return OURS.contains(record.getPackageName());
  }

  static String of(Class<?> record) {
    return isOurs(record) ? record.getSimpleName() : record.getName();
  }

  /** Whether a name is one of ours, or of a class without a package. */
  static boolean isSimple(String name) {
    return SIMPLE.matcher(name).matches();
  }

  /**
   * The record of that name.
   *
   * @param type what it must be
   * @return null if there is none that is
   */
  static @Nullable Class<?> find(String name, Class<?> type) {
    if (name.length() > LONGEST || !FULL.matcher(name).matches()) {
      return null;
    }
    return Stream.concat(isSimple(name) ? ours(name, type) : Stream.of(), theirs(name))
        .filter(found -> found.isRecord() && type.isAssignableFrom(found))
        .findFirst()
        .orElse(null);
  }

  private static Stream<Class<?>> ours(String name, Class<?> type) {
    Stream<Class<?>> nested = isOurs(type) ? Stream.of(type.getDeclaredClasses()) : Stream.of();
    Stream<Class<?>> topLevel =
        OURS.stream().flatMap(home -> load(home + "." + name, RecordNames.class.getClassLoader()));
    return Stream.concat(nested, topLevel).filter(found -> found.getSimpleName().equals(name));
  }

  /** By the thread's loader: that of the program, where one wraps around libraries. */
  private static Stream<Class<?>> theirs(String name) {
    ClassLoader loader = Thread.currentThread().getContextClassLoader();
    return load(name, Objects.requireNonNullElseGet(loader, ClassLoader::getSystemClassLoader))
        .filter(found -> !isOurs(found));
  }

  private static Stream<Class<?>> load(String name, @Nullable ClassLoader loader) {
    try {
      return Stream.of(Class.forName(name, false, loader));
    } catch (ClassNotFoundException | LinkageError e) {
      return Stream.of(); // a linkage error is a name in the wrong case, where files have none
    }
  }
}
