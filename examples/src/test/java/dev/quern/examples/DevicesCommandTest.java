package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.jr.ob.JSON;

class DevicesCommandTest {

  @Test
  void tableHasARowForTheProcessorAndTheChoice() {
    Outcome outcome = Outcome.of("devices");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).isEmpty();
    List<String> lines = outcome.out().lines().toList();
    assertThat(lines.getFirst()).matches("ID +BACKEND +MEMORY +USABLE +NAME, DRIVER");
    assertThat(lines).anyMatch(line -> line.matches("cpu +cpu +[0-9]+\\.[0-9] GiB +yes +.+, .+"));
    assertThat(lines.getLast()).startsWith("auto: chose ");
  }

  @Test
  void jsonSaysWhatTheTableSays() throws IOException {
    Outcome outcome = Outcome.of("devices", "--json");
    assertThat(outcome.code()).isZero();
    assertThat(outcome.err()).isEmpty();
    Map<String, Object> all = JSON.std.mapFrom(outcome.out());
    assertThat(all).containsOnlyKeys("devices", "backends", "auto");
    Map<?, ?> cpu = named(all.get("devices"), "id", "cpu");
    assertThat(cpu.get("backend")).isEqualTo("cpu");
    assertThat(cpu.get("kind")).isEqualTo("CPU");
    assertThat(cpu.get("usable")).isEqualTo(true);
    assertThat(cpu.containsKey("unusable_because")).isFalse();
    assertThat(((Number) cpu.get("memory_bytes")).longValue()).isPositive();
    assertThat(Outcome.of("devices").out()).contains(cpu.get("name") + ", " + cpu.get("driver"));
    Map<?, ?> backend = named(all.get("backends"), "backend", "cpu");
    assertThat(backend.get("available")).isEqualTo(true);
    assertThat((String) backend.get("reason")).isNotBlank();
    assertThat(named(all.get("devices"), "id", (String) all.get("auto")).get("usable"))
        .isEqualTo(true);
  }

  private static Map<?, ?> named(Object list, String key, String value) {
    List<Map<?, ?>> found =
        ((List<?>) list)
            .stream()
                .<Map<?, ?>>map(entry -> (Map<?, ?>) entry)
                .filter(entry -> value.equals(entry.get(key)))
                .toList();
    assertThat(found).as(key + " " + value).hasSize(1);
    return found.getFirst();
  }
}
