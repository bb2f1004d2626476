package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.Device;
import dev.quern.core.SpecException;
import dev.quern.train.data.DataException;
import dev.quern.train.data.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Whole models in files. */
class CheckpointTest {
  private final DataSet rows = Saved.rows();
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

  private void save() {
    try (Model model = Saved.model(device)) {
      model.classNames(List.of("a", "b \"quoted\"", "ß"));
      model.fit(rows, Fit.epochs(2).batch(8).validationSplit(0.2));
      model.save(file);
    }
  }

  /** Adam, dropout, shuffling and a learning rate of its own: all go on where they were. */
  @Test
  void goingOnGivesTheBytesOfAnUnbrokenTraining() {
    Path unbroken = folder.resolve("unbroken.safetensors");
    Fit two = Fit.epochs(2).batch(8).validationSplit(0.2);
    History whole;
    try (Model model = Saved.model(device)) {
      model.setLearningRate(0.02);
      whole = model.fit(rows, Fit.epochs(4).batch(8).validationSplit(0.2));
      model.save(unbroken);
    }
    List<History.Epoch> parts = new ArrayList<>();
    try (Model model = Saved.model(device)) {
      model.setLearningRate(0.02);
      parts.addAll(model.fit(rows, two).epochs());
      model.save(file);
    }
    try (Model model = Model.open(file, device)) {
      assertThat(model.epochsTrained()).isEqualTo(2);
      assertThat(model.stepsTrained()).isEqualTo(10);
      parts.addAll(model.fit(rows, two).epochs());
      model.save(file);
    }
    assertThat(parts.stream().map(History.Epoch::untimed))
        .isEqualTo(whole.epochs().stream().map(History.Epoch::untimed).toList());
    assertThat(file).hasSameBinaryContentAs(unbroken);
  }

  /** A schedule counts steps, whatever process they were done in. */
  @Test
  void schedulesGoOnWhereTheyWere() {
    Network network = Saved.network();
    Optimizer optimizer = Optimizer.sgd(Schedule.cosineDecay(0.1, 20).warmUp(0, 5), 0.9, true);
    Path unbroken = folder.resolve("unbroken.safetensors");
    try (Model model =
        network.compile(device, optimizer, Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      model.fit(rows, Fit.epochs(1).batch(8));
      model.save(file);
      model.fit(rows, Fit.epochs(2).batch(8));
      model.save(unbroken);
    }
    try (Model model = Model.open(file, device)) {
      model.fit(rows, Fit.epochs(2).batch(8));
      model.save(file);
    }
    assertThat(file).hasSameBinaryContentAs(unbroken);
  }

  @Test
  void everythingComesBack() {
    save();
    try (Model model = Model.open(file, device)) {
      assertThat(model.classNames()).containsExactly("a", "b \"quoted\"", "ß");
      assertThat(model.history().epochs()).hasSize(2);
      assertThat(model.history().epochs().get(0).validation()).isNotNull();
      assertThat(model.network().summary()).isEqualTo(Saved.network().summary());
      assertThat(model.network().entries()).isEqualTo(Saved.network().entries().stream().toList());
      Path again = folder.resolve("again");
      model.save(again);
      assertThat(again).hasSameBinaryContentAs(file);
    }
    Checkpoint checkpoint = Checkpoint.read(file);
    assertThat(checkpoint.seed()).isEqualTo(7);
    assertThat(checkpoint.optimizer()).isEqualTo(Optimizer.adam(0.01));
  }

  /** Any reader finds the weights under Keras's names, and the optimizer's arrays apart. */
  @Test
  void arraysHaveNamesOfTheirOwn() {
    save();
    assertThat(Safetensors.read(file).arrays().keySet())
        .contains("conv2d/kernel", "dense_1/bias")
        .contains("optimizer/0/conv2d_1/kernel", "optimizer/1/dense_1/bias")
        .doesNotContain("optimizer/0/conv2d/kernel");
    try (Model model = Model.open(file, device)) {
      Path weights = folder.resolve("weights");
      model.saveWeights(weights);
      assertThat(Safetensors.read(weights).arrays()).containsOnlyKeys(model.weightNames());
    }
    failsToOpen(folder.resolve("weights"), "holds weights but no model");
  }

  @Test
  void aLongHistoryIsCutAtTheFront() {
    List<History.Epoch> epochs = new ArrayList<>();
    for (int i = 0; i < Checkpoint.LONGEST_HISTORY + 5; i++) {
      epochs.add(new History.Epoch(1.0 / (i + 1), i / 20_000.0, null, 1, 1));
    }
    try (Model model = Saved.model(device)) {
      model.progress().restore(new History(1, epochs), 100_000);
      model.save(file);
    }
    Checkpoint read = Checkpoint.read(file);
    assertThat(read.epochs()).isEqualTo(Checkpoint.LONGEST_HISTORY + 5);
    assertThat(read.history().firstEpoch()).isEqualTo(6);
    assertThat(read.history().epochs().get(0)).isEqualTo(epochs.get(5).untimed());
  }

  /** A layer of somebody's own. */
  private record Own() implements Layer {
    @Override
    public String kind() {
      return "own";
    }

    @Override
    public Shape output(Shape input) {
      return input;
    }

    @Override
    public BoundLayer bind(LayerContext context) {
      return Flatten.of().bind(context);
    }
  }

  /** An operation that is no record has no settings that a file could hold. */
  private static final class NoRecord implements Layer {
    @Override
    public String kind() {
      return "no_record";
    }

    @Override
    public Shape output(Shape input) {
      return input;
    }

    @Override
    public BoundLayer bind(LayerContext context) {
      return Flatten.of().bind(context);
    }
  }

  @Test
  void whatAFileCannotHoldIsSaidBeforeTraining() {
    Network network = Sequential.of(Shape.flat(3), new NoRecord(), Dense.of(3));
    try (Model model =
        network.compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1)) {
      for (Runnable saving :
          List.<Runnable>of(
              () -> model.save(file),
              () ->
                  model.fit(
                      Rows.random(network, 9, 1),
                      Fit.epochs(1).callbacks(ModelCheckpoint.to(file))))) {
        assertThatThrownBy(saving::run)
            .isInstanceOf(SpecException.class)
            .hasMessageContaining("code of your own, which a file cannot hold");
      }
      model.saveWeights(file);
    }
    assertThat(new Own().kind()).isEqualTo("own");
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
        "Flatten      | Evaluation        | there is no operation called Evaluation",
        "Flatten      | Training          | there is no operation called Training",
        "Flatten      | Merge             | there is no operation called Merge",
        "Flatten      | Add               | add expects at least 2 inputs, but gets 1",
        "Constant     | Dense             | there is no schedule called Dense",
        "AdamOptimizer | Dense            | there is no optimizer called Dense",
        "`\"FP32\"`   | `\"FP7\"`         | must be one of [",
        "`\"filters\":4` | `\"filters\":0` | k must be at least 1",
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
    save();
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
    save();
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
    save();
    byte[] right = Files.readAllBytes(file);
    Path cut = folder.resolve("cut");
    for (int length = 0; length < right.length; length += 97) {
      Files.write(cut, Arrays.copyOf(right, length));
      failsToOpen(cut, "cut");
    }
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
