package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.SpecException;
import dev.quern.train.files.JsonValue;
import dev.quern.train.layers.Activation;
import dev.quern.train.layers.Add;
import dev.quern.train.layers.Augmentation;
import dev.quern.train.layers.BatchNormalization;
import dev.quern.train.layers.Conv2D;
import dev.quern.train.layers.Conv2DTranspose;
import dev.quern.train.layers.Dense;
import dev.quern.train.layers.Dropout;
import dev.quern.train.layers.MaxPooling1D;
import dev.quern.train.optimizers.Optimizer;
import dev.quern.train.optimizers.Schedule;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** Layers, optimizers and schedules as JSON. */
class RecordsTest {
  private static final Set<Class<?>> PLAIN =
      Set.of(int.class, long.class, float.class, double.class, boolean.class, String.class);

  /** Every record of the module that a model can be made with. */
  static List<Class<?>> parts() throws URISyntaxException, IOException, ClassNotFoundException {
    Path classes =
        Path.of(Records.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Class<?>> parts = new ArrayList<>();
    try (Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = classes.relativize(file).toString().replace(File.separatorChar, '.');
        if (!name.contains("-")) {
          Class<?> found = Class.forName(name.substring(0, name.length() - ".class".length()));
          if (found.isRecord() && isPart(found)) {
            parts.add(found);
          }
        }
      }
    }
    return parts;
  }

  private static boolean isPart(Class<?> type) {
    return Operation.class.isAssignableFrom(type)
        || Optimizer.class.isAssignableFrom(type)
        || Schedule.class.isAssignableFrom(type);
  }

  @Test
  void theyAreFound() throws Exception {
    assertThat(parts()).contains(Conv2D.class, Add.class, Schedule.CosineDecay.class);
  }

  /** Files that were written before a class moved to another package know nothing of packages. */
  @ParameterizedTest
  @MethodSource("parts")
  void simpleNamesAreEnoughForOurs(Class<?> part) {
    assertThat(RecordNames.of(part)).isEqualTo(part.getSimpleName());
    for (Class<?> kind : List.of(Operation.class, Optimizer.class, Schedule.class)) {
      assertThat(RecordNames.find(part.getSimpleName(), kind))
          .isEqualTo(kind.isAssignableFrom(part) ? part : null);
    }
    assertThat(RecordNames.find(part.getName(), Record.class)).as("one name is enough").isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "a..b", "[I", "java/lang/Record", "Dense$Bound", "Record", "int"})
  void nothingElseHasAName(String name) {
    assertThat(RecordNames.find(name, Record.class)).isNull();
    assertThat(RecordNames.find("a".repeat(100_000), Record.class)).isNull();
  }

  /** A new layer needs no line in the checkpoint; but its settings must be of these kinds. */
  @ParameterizedTest
  @MethodSource("parts")
  void everySettingCanBeSaved(Class<?> part) {
    for (RecordComponent component : part.getRecordComponents()) {
      assertThat(isKnown(component.getGenericType())).as("%s", component).isTrue();
    }
  }

  private static boolean isKnown(Type type) {
    if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
      return list.getActualTypeArguments()[0] instanceof Class<?>;
    }
    return type instanceof Class<?> plain
        && (PLAIN.contains(plain)
            || plain.isEnum()
            || plain.getPackageName().startsWith("dev.quern.train")
            || plain.getPackageName().equals("java.lang"));
  }

  private static <T> T again(Object value, Class<T> type) {
    String text = JSON.std.asString(Records.toJson(value));
    return Records.read(JsonValue.parse("test", text), type);
  }

  @Test
  void schedulesComeBack() {
    for (Schedule schedule :
        List.of(
            Schedule.constant(1e-3),
            Schedule.exponentialDecay(0.1, 1000, 0.9),
            Schedule.cosineDecay(0.1, 7).warmUp(1e-9, 3),
            Schedule.piecewiseConstant(new long[] {3, 1L << 40}, new double[] {1, 0.5, 0.1}))) {
      assertThat(again(schedule, Schedule.class)).isEqualTo(schedule);
      Optimizer optimizer = Optimizer.sgd(schedule, 0.9, true);
      assertThat(again(optimizer, Optimizer.class)).isEqualTo(optimizer);
    }
  }

  @Test
  void layersComeBackWithWhatIsInThem() {
    for (Operation layer :
        List.of(
            Conv2D.of(8, 3, 5).strides(2, 1).samePadding().withoutBias().relu(),
            Conv2DTranspose.of(3, 2, 2),
            MaxPooling1D.of(3),
            BatchNormalization.of().momentum(0.9),
            Dense.of(3).activation(Activation.leakyRelu(0.2)),
            Augmentation.of().shift(0.1, 0.2).flip(true, false).rotation(0.05).cutout(0.25))) {
      assertThat(again(layer, Operation.class)).isEqualTo(layer);
    }
  }

  @Test
  void floatsComeBackBitForBit() {
    for (float rate : new float[] {0, 0.1f, Float.MIN_VALUE, 0.99999994f, 1 / 3f}) {
      assertThat(again(new Dropout(rate), Operation.class)).isEqualTo(new Dropout(rate));
    }
    assertThat(JSON.std.asString(Records.toJson(new Dropout(0.1f))))
        .isEqualTo("{\"class\":\"Dropout\",\"rate\":0.1}");
  }

  @Test
  void codeOfYourOwnIsRefused() {
    assertThatThrownBy(() -> Records.toJson(Optimizer.adam(step -> 1.0 / (step + 1))))
        .isInstanceOf(SpecException.class)
        .hasMessageContaining("code of your own, which a file cannot hold");
  }
}
