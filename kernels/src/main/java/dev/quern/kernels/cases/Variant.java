package dev.quern.kernels.cases;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What sets a case apart from the ordinary one of its spec: inputs with special values in them,
 * outputs that share an input's memory, arguments left out.
 */
final class Variant {
  /** Nothing special. */
  static final Variant PLAIN = new Variant("");

  /** As training runs an op: without the arguments that a step has no use for. */
  static final Variant TRAINING = new Variant("training").without("upstream", "loss");

  private final String name;
  private final Map<String, List<Consumer<Values>>> edits = new HashMap<>();
  private final Set<String> leftOut = new HashSet<>();
  private final Set<String> shared = new HashSet<>();

  private Variant(String name) {
    this.name = name;
  }

  /** A variant with a name of its own, so far without a difference. */
  static Variant named(String name) {
    return new Variant(name);
  }

  /** Changes a FLOAT32 input after it was filled. */
  Variant floats(String role, Consumer<float[]> edit) {
    return edit(role, values -> edit.accept(values.floats()));
  }

  /** Changes an INT32 input after it was filled. */
  Variant ints(String role, Consumer<int[]> edit) {
    return edit(role, values -> edit.accept(values.ints()));
  }

  private Variant edit(String role, Consumer<Values> edit) {
    edits.computeIfAbsent(role, r -> new ArrayList<>()).add(edit);
    return this;
  }

  /** Leaves optional arguments out. */
  Variant without(String... roles) {
    leftOut.addAll(List.of(roles));
    return this;
  }

  /** Binds outputs that may alias one of these inputs to its memory. */
  Variant inPlaceOf(String... inputs) {
    shared.addAll(List.of(inputs));
    return this;
  }

  String name() {
    return name;
  }

  boolean shares(String input) {
    return shared.contains(input);
  }

  boolean wants(String role) {
    return !leftOut.contains(role);
  }

  /** An input with this variant's changes; if there are any, it is made as a whole. */
  Source edited(String role, Source source) {
    List<Consumer<Values>> changes = edits.get(role);
    if (changes == null) {
      return source;
    }
    return Source.whole(
        source.type(),
        source.count(),
        () -> {
          Values values = source.piece(source.count());
          changes.forEach(change -> change.accept(values));
          return values;
        });
  }
}
