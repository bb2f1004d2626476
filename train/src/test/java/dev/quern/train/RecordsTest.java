package dev.quern.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.SpecException;
import java.io.File;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.jr.ob.JSON;

/** Layers, optimizers and schedules as JSON. */
class RecordsTest {
  private static final Set<Class<?>> PLAIN =
      Set.of(int.class, long.class, float.class, double.class, boolean.class, String.class);

  /** Every record of the module that a model can be made with. */
  static List<Class<?>> parts() throws URISyntaxException, ClassNotFoundException {
    Path classes =
        Path.of(Records.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String[] names = classes.resolve("dev/quern/train").toFile().list();
    List<Class<?>> parts = new ArrayList<>();
    for (String file : Objects.requireNonNull(names)) {
      if (file.endsWith(".class") && !file.contains("-")) {
        String name = file.substring(0, file.length() - ".class".length());
        Class<?> found = Class.forName("dev.quern.train." + name);
        if (found.isRecord() && isPart(found)) {
          parts.add(found);
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
    assertThat(new File("src/main/java")).isDirectory();
    assertThat(parts()).contains(Conv2D.class, Add.class, Schedule.CosineDecay.class);
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
            || plain.getPackageName().equals("dev.quern.train")
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
