package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quern.core.Device;
import dev.quern.train.data.DataException;
import dev.quern.train.files.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files that hold no whole model end in a sentence, before a device is asked for memory. */
class DamagedCheckpointTest {
  @TempDir private Path folder;
  private Path file = Path.of("");
  private Device device;

  @BeforeEach
  void open() {
    device = Cpu.open();
    file = folder.resolve("model.safetensors");
  }

  @AfterEach
  void close() {
    device.close();
  }

  /** A file names classes: none but layers of ours are ever made. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Flatten      | Nonsense          | there is no operation called Nonsense",
        "Flatten      | flatten           | there is no operation called flatten",
        "Flatten      | java.lang.Runtime | there is no operation called java.lang.Runtime",
        "Flatten      | dev.quern.train.layers.Dense | no operation called dev.quern.train.layers",
        "Flatten      | dev.quern.train.Evaluation | no operation called dev.quern.train.Eval",
        "Flatten      | Evaluation        | there is no operation called Evaluation",
        "Flatten      | Training          | there is no operation called Training",
        "Flatten      | Merge             | there is no operation called Merge",
        "Flatten      | Add               | add expects at least 2 inputs, but gets 1",
        "Constant     | Dense             | there is no schedule called Dense",
        "AdamOptimizer | Dense            | there is no optimizer called Dense",
        "`\"FP32\"`   | `\"FP7\"`         | must be one of [",
        "`\"filters\":4` | `\"filters\":0` | filters must be at least 1",
        "`\"units\":8` | `\"units\":9`     | must have shape [36, 9], but has [36, 8]",
        "`\"filters\":4` | `\"filters\":2147483647` | conv2d",
        "`\"filters\":4` | `\"filters\":4.5` | must be a whole number",
        "`\"filters\":4` | `\"filters\":null` | must be a whole number",
        "`\"filters\":4,` | ``              | filters is missing",
        "`\"rate\":0.3` | `\"rate\":1.5`   | rate must be at least 0 and less than 1",
        "`\"inputs\":[1,2]` | `\"inputs\":[1,9]` | can take values 0 to 2, but takes 9",
        "`\"inputs\":[1,2]` | `\"inputs\":[1,1]` | ordered as Quern",
        "`\"inputs\":[1,2]` | `\"inputs\":[2,-1]` | but takes -1",
        "`\"name\":\"dense\"` | `\"name\":\"other\"` | named and ordered as Quern",
        "`\"input\":[6,6,1]` | `\"input\":[6,6]` | must have 3 extents",
        "`\"input\":[6,6,1]` | `\"input\":[60000,60000,1]` | 2^31",
        "`\"epochs\":2` | `\"epochs\":3`  | must end with epoch 3",
        "`\"steps\":10` | `\"steps\":1`   | cannot be",
        "`\"steps\":10` | `\"steps\":10000000000` | cannot be",
        "`\"version\":1` | `\"version\":2` | reads version 1; update it",
        "`\"version\":1` | `\"version\":0` | is damaged",
        "`{\"version\"` | `{{\"version\"`  | is no JSON",
        "`\"classes\":[` | `\"classes\":[\"d\",` | 3 classes need as many names"
      })
  void nonsenseIsASentence(String find, String replace, String said) {
    Saved.save(device, file);
    Safetensors.Contents contents = Safetensors.read(file);
    String json = Objects.requireNonNull(contents.metadata().get("quern"));
    assertThat(json).contains(find);
    Safetensors.write(
        file,
        List.copyOf(contents.arrays().values()),
        Map.of("quern", json.replaceFirst(Pattern.quote(find), replace)));
    failsToOpen(file, said);
  }

  @Test
  void arraysMustBeThoseOfTheNetwork() {
    Saved.save(device, file);
    Safetensors.Contents contents = Safetensors.read(file);
    Map<String, Safetensors.Array> arrays = new LinkedHashMap<>(contents.arrays());
    Safetensors.Array bias = Objects.requireNonNull(arrays.remove("dense/bias"));
    rewrite(contents, arrays);
    failsToOpen(file, "array 'dense/bias' must have shape [8], but is not there");
    arrays.put("dense/bias", new Safetensors.Array("dense/bias", List.of(4), new float[4]));
    rewrite(contents, arrays);
    failsToOpen(file, "array 'dense/bias' must have shape [8], but has [4]");
    arrays.put("dense/bias", bias);
    arrays.put("more", new Safetensors.Array("more", List.of(4), new float[4]));
    rewrite(contents, arrays);
    failsToOpen(file, "array 'more' belongs to no layer and no optimizer");
  }

  private void rewrite(Safetensors.Contents contents, Map<String, Safetensors.Array> arrays) {
    Safetensors.write(file, List.copyOf(arrays.values()), contents.metadata());
  }

  @Test
  void aFileCutOffAnywhereIsASentence() throws IOException {
    Saved.save(device, file);
    byte[] right = Files.readAllBytes(file);
    Path cut = folder.resolve("cut");
    for (int length = 0; length < right.length; length += 97) {
      Files.write(cut, Arrays.copyOf(right, length));
      failsToOpen(cut, "cut");
    }
  }

  @Test
  void weightsAloneAreNoModel() {
    try (Model model = Saved.model(device)) {
      model.saveWeights(file);
    }
    failsToOpen(file, "holds weights but no model");
  }

  private void failsToOpen(Path from, String said) {
    long live = device.memory().liveBytes();
    assertThatExceptionOfType(DataException.class)
        .isThrownBy(() -> Model.open(from, device))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith(from.toString())
                    .contains(said)
                    .hasLineCount(1)
                    .hasSizeLessThan(500));
    assertThat(device.memory().liveBytes()).isEqualTo(live);
  }
}
