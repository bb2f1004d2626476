package dev.quern.kernels.reference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.AveragePool2d.Divisor;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.MaxPool2d;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Gradients of what slides over images. */
class WindowGradientsTest extends AgainstDifferences {
  private static Conv2d.Spec convolution(Layout layout, Epilogue epilogue) {
    return Conv2d.builder()
        .layout(layout)
        .input(2, 4, 7, 8)
        .filters(6, 3, 2)
        .stride(2, 1)
        .padding(1, 0, 2, 3)
        .dilation(2, 3)
        .groups(2)
        .epilogue(epilogue)
        .build();
  }

  @ParameterizedTest
  @EnumSource
  void convolution(Layout layout) {
    Conv2d.Spec spec = convolution(layout, Epilogue.BIAS);
    double[] x = numbers(spec.inputs());
    double[] w = numbers(spec.weights());
    double[] b = numbers(spec.k());
    double[] u = numbers(spec.outputs());
    requireGradient(
        x,
        moved -> dot(u, ReferenceConv2d.forward(spec, moved, w, b)),
        ReferenceConv2d.backwardData(spec, u, w));
    requireGradient(
        w,
        moved -> dot(u, ReferenceConv2d.forward(spec, x, moved, b)),
        ReferenceConv2d.backwardFilter(spec, x, u));
    requireGradient(
        b,
        moved -> dot(u, ReferenceConv2d.forward(spec, x, w, moved)),
        ReferenceConv2d.backwardBias(spec, u));
  }

  @ParameterizedTest
  @EnumSource
  void convolutionThroughItsEpilogue(Layout layout) {
    Conv2d.Spec spec = convolution(layout, Epilogue.BIAS_RELU);
    double[] x = numbers(spec.inputs());
    double[] w = numbers(spec.weights());
    double[] b = numbers(spec.k());
    double[] u = numbers(spec.outputs());
    double[] y = ReferenceConv2d.forward(spec, x, w, b).values();
    double[] dz = ReferenceConv2d.backwardEpilogue(y, u).values();
    requireGradient(
        x,
        moved -> dot(u, ReferenceConv2d.forward(spec, moved, w, b)),
        ReferenceConv2d.backwardData(spec, dz, w));
  }

  @ParameterizedTest
  @EnumSource
  void pooling(Layout layout) {
    MaxPool2d.Builder builder =
        MaxPool2d.builder()
            .layout(layout)
            .input(2, 3, 7, 8)
            .window(3, 2)
            .stride(2, 1)
            .padding(1, 0, 2, 1)
            .dilation(1, 2)
            .ceilMode(true);
    requirePooling(builder.build(), x -> x);
    requirePooling(builder.reluInput(true).build(), x -> ReferenceRelu.forward(x).values());
  }

  private void requirePooling(MaxPool2d.Spec spec, Function<double[], double[]> before) {
    double[] x = numbers(spec.inputs());
    double[] u = numbers(spec.outputs());
    ReferenceMaxPool2d.Maxima maxima = ReferenceMaxPool2d.forward(spec, before.apply(x));
    // A window of padding alone is minus infinity and would spoil the differences.
    for (int i = 0; i < u.length; i++) {
      assertThat(maxima.argmax()[i]).isNotNegative();
    }
    requireGradient(
        x,
        moved -> dot(u, ReferenceMaxPool2d.forward(spec, before.apply(moved)).y()),
        ReferenceMaxPool2d.backward(spec, maxima.y().values(), maxima.argmax(), u));
  }

  @ParameterizedTest
  @EnumSource
  void averagePooling(Divisor divisor) {
    for (Layout layout : Layout.values()) {
      AveragePool2d.Spec spec =
          AveragePool2d.builder()
              .layout(layout)
              .input(2, 3, 7, 8)
              .window(3, 2)
              .stride(2, 1)
              .padding(1, 0, 2, 1)
              .dilation(1, 2)
              .ceilMode(true)
              .divisor(divisor)
              .build();
      double[] u = numbers(spec.outputs());
      requireGradient(
          numbers(spec.inputs()),
          moved -> dot(u, ReferenceAveragePool2d.forward(spec, moved)),
          ReferenceAveragePool2d.backward(spec, u));
    }
  }
}
