package dev.quern.bench;

import dev.quern.core.SpecException;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which names a user means. */
final class CasePattern {
  private CasePattern() {}

  /**
   * The name that the pattern is; or else all that fit it, if it has stars; or else all that
   * contain it.
   *
   * @throws SpecException if there are none
   */
  static Set<String> matching(Collection<String> names, String pattern) {
    if (names.contains(pattern)) {
      return Set.of(pattern);
    }
    String any = pattern.contains("*") ? pattern : "*" + pattern + "*";
    Pattern expression =
        Pattern.compile(
            List.of(any.split("\\*", -1)).stream()
                .map(Pattern::quote)
                .collect(Collectors.joining(".*")));
    Set<String> matching = new LinkedHashSet<>(names);
    matching.removeIf(name -> !expression.matcher(name).matches());
    if (matching.isEmpty()) {
      throw new SpecException(
          "no case is named '%s' or %s; names look like '%s', and --list gives them all"
              .formatted(
                  pattern,
                  pattern.contains("*") ? "fits it" : "contains it",
                  names.stream().skip(names.size() / 2).findFirst().orElse("")));
    }
    return matching;
  }
}
