package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.Device;
import dev.quern.train.data.DataException;
import dev.quern.train.data.Mutation;
import dev.quern.train.files.BytesChannel;
import dev.quern.train.files.Safetensors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.jr.ob.JSON;

/** Damaged models end in a sentence or are read; nothing else may happen. */
class CheckpointMutationTest {
  private static final int ROUNDS = 100_000;
  private static final Path NAME = Path.of("model.safetensors");
  private static final Object[] NONSENSE = {
    0,
    1,
    -1,
    2,
    7,
    65_536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    0.5,
    -1e300,
    "",
    "Dense",
    "Conv2D",
    "Add",
    "Constant",
    "NaN",
    "\n\u0000",
    true,
    List.of(),
    Map.of(),
    List.of(0, 0)
  };

  @TempDir private static Path folder;
  private static byte[] right = {};

  @BeforeAll
  static void save() throws IOException {
    Path file = folder.resolve(NAME);
    try (Device device = Cpu.open();
        Model model = Saved.model(device)) {
      model.fit(Saved.rows(), Fit.epochs(1).validationSplit(0.5));
      model.save(file);
    }
    right = Files.readAllBytes(file);
  }

  /** What came of a damaged model. */
  private interface Reading {
    void read() throws IOException;
  }

  private static int refusals(long seed, Reading reading) {
    try {
      reading.read();
      return 0;
    } catch (DataException e) {
      assertThat(e.getMessage())
          .as("seed %d", seed)
          .startsWith(NAME.toString())
          .hasLineCount(1)
          .hasSizeLessThan(1000);
      return 1;
    } catch (Exception | Error e) {
      throw new AssertionError("seed %d".formatted(seed), e);
    }
  }

  /** Bits, bytes and lengths of the whole file: the header's reader. */
  @Test
  void damagedFilesEndInASentence() {
    int refused = 0;
    for (long seed = 0; seed < ROUNDS; seed++) {
      byte[] damaged = Mutation.of(right, new SplittableRandom(seed));
      refused += refusals(seed, () -> BytesChannel.safetensors(NAME, damaged));
    }
    assertThat(refused).isBetween(ROUNDS / 3, ROUNDS - 1);
  }

  /** Half of the time characters of the JSON text, half of the time values in it. */
  @Test
  void damagedDescriptionsEndInASentence() throws IOException {
    Safetensors.Contents contents = BytesChannel.safetensors(NAME, right);
    String json = Objects.requireNonNull(contents.metadata().get("quern"));
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (long seed = 0; seed < ROUNDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String damaged =
          random.nextBoolean()
              ? new String(Mutation.of(bytes, random), StandardCharsets.UTF_8)
              : JSON.std.asString(mutate(JSON.std.anyFrom(json), random));
      LinkedHashMap<String, String> metadata = new LinkedHashMap<>(Map.of("quern", damaged));
      refused +=
          refusals(
              seed,
              () -> Checkpoint.of(NAME, new Safetensors.Contents(contents.arrays(), metadata)));
    }
    assertThat(refused).isBetween(ROUNDS / 3, ROUNDS - 1);
  }

  /** Replaces or drops a value somewhere below, the deeper the likelier. */
  private static @Nullable Object mutate(@Nullable Object value, SplittableRandom random) {
    if (value instanceof Map<?, ?> map && !map.isEmpty() && random.nextInt(20) > 0) {
      Map<Object, @Nullable Object> copy = new LinkedHashMap<>(map);
      Object key = List.copyOf(copy.keySet()).get(random.nextInt(copy.size()));
      if (random.nextInt(20) == 0) {
        copy.remove(key);
      } else {
        copy.put(key, mutate(copy.get(key), random));
      }
      return copy;
    }
    if (value instanceof List<?> list && !list.isEmpty() && random.nextInt(20) > 0) {
      List<@Nullable Object> copy = new ArrayList<>(list);
      int at = random.nextInt(copy.size());
      copy.set(at, mutate(copy.get(at), random));
      return copy;
    }
    return NONSENSE[random.nextInt(NONSENSE.length)];
  }
}
