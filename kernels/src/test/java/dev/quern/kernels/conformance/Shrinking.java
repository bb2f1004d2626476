package dev.quern.kernels.conformance;

import dev.quern.core.SpecException;
import dev.quern.kernels.OpSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Makes a failing problem smaller. Specs are records, so smaller ones are the same record with one
 * component replaced: a number by a smaller one, a flag by false, a choice by the first.
 */
final class Shrinking {
  /** Problems tried, at most. */
  private static final int PATIENCE = 400;

  private Shrinking() {}

  /** The smallest problem found that still fails; the given one if no smaller does. */
  static OpSpec<?> smallest(OpSpec<?> failing, Predicate<OpSpec<?>> fails) {
    OpSpec<?> current = failing;
    int tried = 0;
    boolean progress = true;
    while (progress) {
      progress = false;
      for (OpSpec<?> smaller : smaller(current)) {
        if (tried++ > PATIENCE) {
          return current;
        }
        if (fails.test(smaller)) {
          current = smaller;
          progress = true;
          break;
        }
      }
    }
    return current;
  }

  /** All well-formed problems that differ in one component, the smallest first. */
  static List<OpSpec<?>> smaller(OpSpec<?> spec) {
    List<OpSpec<?>> candidates = new ArrayList<>();
    RecordComponent[] components = spec.getClass().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      for (Object value : smallerValues(value(spec, components[i]))) {
        with(spec, components, i, value, candidates);
      }
    }
    return candidates;
  }

  private static Set<Object> smallerValues(Object value) {
    Set<Object> values = new LinkedHashSet<>();
    switch (value) {
      case Integer n when n > 0 -> values.addAll(List.of(0, 1, n / 2, n - 1));
      case Long n when n > 0 && n < 1L << 40 -> values.addAll(List.of(0L, 1L, n / 2, n - 1));
      case Float f when f != 0 && f != 1 -> values.addAll(List.of(0f, 1f));
      case Boolean b -> values.add(false);
      case Enum<?> e -> values.add(e.getDeclaringClass().getEnumConstants()[0]);
      default -> {}
    }
    values.remove(value);
    return values;
  }

  private static Object value(OpSpec<?> spec, RecordComponent component) {
    try {
      return component.getAccessor().invoke(spec);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void with(
      OpSpec<?> spec,
      RecordComponent[] components,
      int changed,
      Object value,
      List<OpSpec<?>> candidates) {
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = i == changed ? value : value(spec, components[i]);
      types[i] = components[i].getType();
    }
    try {
      candidates.add((OpSpec<?>) spec.getClass().getConstructor(types).newInstance(values));
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof SpecException)) {
        throw new IllegalStateException(e);
      }
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }
}
