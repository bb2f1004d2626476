package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
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
    assertThat(cpu.get("memory_bytes"))
        .isInstanceOfSatisfying(Number.class, bytes -> assertThat(bytes.longValue()).isPositive());
    assertThat(Outcome.of("devices").out()).contains(cpu.get("name") + ", " + cpu.get("driver"));
    Map<?, ?> backend = named(all.get("backends"), "backend", "cpu");
    assertThat(backend.get("available")).isEqualTo(true);
    assertThat(backend.get("reason")).asString().isNotBlank();
    assertThat(named(all.get("devices"), "id", all.get("auto")).get("usable")).isEqualTo(true);
  }

  private static Map<?, ?> named(@Nullable Object list, String key, @Nullable Object value) {
    assertThat(list).isInstanceOf(List.class);
    List<Map<?, ?>> found = new ArrayList<>();
    for (Object entry : list instanceof List<?> entries ? entries : List.of()) {
      if (entry instanceof Map<?, ?> map && Objects.equals(map.get(key), value)) {
        found.add(map);
      }
    }
    assertThat(found).as(key + " " + value).hasSize(1);
    return found.getFirst();
  }
}
