package dev.quern.kernels.cases;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Conv2dBuilder;
import dev.quern.kernels.Epilogue;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Precision;
import dev.quern.kernels.Sums;
import java.util.ArrayList;
import java.util.List;

/** The convolutions that are checked and timed. */
final class Conv2dProblems {
  private Conv2dProblems() {}

  static List<Case<Conv2d>> all() {
    List<Case<Conv2d>> cases = new ArrayList<>();
    for (Layout layout : Layout.values()) {
      for (Conv2dBuilder builder : small(layout)) {
        cases.add(Conv2dCases.of(builder.build(), Fill.WHOLE, Variant.PLAIN));
        cases.add(Conv2dCases.of(builder.build(), Fill.REAL, Variant.PLAIN));
      }
      for (Conv2dBuilder builder : layers(layout)) {
        cases.add(Conv2dCases.of(builder.build(), Fill.REAL, Variant.PLAIN));
      }
      Conv2dBuilder relu = conv(layout, 2, 3, 6, 7).filters(5, 3, 3).epilogue(Epilogue.RELU);
      cases.add(Conv2dCases.of(relu.build(), Fill.REAL, inPlace()));
    }
    return cases;
  }

  private static Variant inPlace() {
    return Variant.named("in-place").inPlaceOf("dy");
  }

  private static List<Conv2dBuilder> small(Layout layout) {
    List<Conv2dBuilder> problems = new ArrayList<>(geometries(layout));
    problems.addAll(groups(layout));
    for (int size : Cases.WIDTHS) {
      problems.add(conv(layout, 1, 3, 5, 6).filters(size, 3, 3));
      problems.add(conv(layout, 1, size, 4, 5).filters(3, 2, 2));
      problems.add(conv(layout, 1, 2, 3, size + 2).filters(4, 3, 3));
    }
    for (Epilogue epilogue : Epilogue.values()) {
      problems.add(conv(layout, 2, 5, 7, 6).filters(9, 3, 3).epilogue(epilogue));
    }
    problems.add(conv(layout, 2, 4, 8, 8).filters(8, 3, 3).precision(Precision.TF32));
    // Channels and windows that sums may be rearranged for, where that is allowed.
    for (Sums sums : Sums.values()) {
      problems.add(conv(layout, 9, 16, 7, 10).filters(32, 3, 3).sums(sums));
    }
    problems.add(conv(layout, 8, 32, 9, 9).filters(16, 3, 3).padding(1, 0, 2, 1));
    problems.add(
        conv(layout, 1, 32, 9, 9)
            .filters(48, 3, 3)
            .padding(1, 2, 0, 1)
            .epilogue(Epilogue.BIAS_RELU)
            .sums(Sums.INFERENCE));
    return problems;
  }

  private static List<Conv2dBuilder> geometries(Layout layout) {
    return List.of(
        conv(layout, 1, 1, 1, 1).filters(1, 1, 1),
        conv(layout, 0, 3, 5, 5).filters(4, 3, 3).epilogue(Epilogue.BIAS_RELU),
        conv(layout, 2, 3, 9, 8).filters(4, 3, 3).padding(1, 1, 1, 1),
        conv(layout, 2, 3, 9, 8).filters(4, 3, 3).padding(2, 2, 2, 2),
        conv(layout, 2, 3, 9, 8).filters(4, 3, 2).padding(0, 1, 2, 3),
        // The border that no window reaches has no gradient.
        conv(layout, 2, 3, 10, 11).filters(4, 2, 2).stride(4, 3),
        conv(layout, 2, 3, 11, 13).filters(4, 3, 3).stride(2, 2).padding(1, 1, 1, 1),
        conv(layout, 2, 3, 11, 13).filters(4, 3, 3).stride(1, 2).padding(1, 0, 0, 1),
        conv(layout, 2, 3, 9, 9).filters(4, 1, 1).stride(3, 3),
        conv(layout, 2, 3, 11, 13).filters(4, 3, 3).dilation(2, 3),
        conv(layout, 2, 3, 11, 13).filters(4, 3, 2).dilation(3, 1).stride(2, 3).padding(2, 1, 1, 0),
        // A filter larger than the image, and windows that see padding alone.
        conv(layout, 2, 3, 3, 2).filters(4, 5, 5).padding(2, 2, 2, 2),
        conv(layout, 2, 3, 2, 2).filters(4, 2, 2).padding(3, 3, 3, 3),
        conv(layout, 2, 3, 1, 19).filters(4, 1, 5).padding(0, 2, 0, 2),
        conv(layout, 2, 3, 23, 1).filters(4, 7, 1).padding(3, 0, 3, 0),
        conv(layout, 3, 7, 5, 5).filters(11, 5, 5).epilogue(Epilogue.BIAS),
        conv(layout, 5, 13, 1, 1).filters(17, 1, 1));
  }

  private static List<Conv2dBuilder> groups(Layout layout) {
    return List.of(
        conv(layout, 2, 4, 6, 7).filters(6, 3, 3).groups(2),
        conv(layout, 2, 15, 6, 7).filters(10, 3, 3).groups(5).epilogue(Epilogue.BIAS_RELU),
        conv(layout, 1, 34, 5, 5).filters(34, 3, 3).groups(2).padding(1, 1, 1, 1),
        conv(layout, 2, 6, 9, 9).filters(4, 3, 2).groups(2).dilation(2, 2).stride(2, 1),
        // Depthwise, plain and with two filters a channel.
        conv(layout, 2, 17, 7, 7).filters(17, 3, 3).groups(17).padding(1, 1, 1, 1),
        conv(layout, 2, 5, 7, 7).filters(10, 3, 3).groups(5).stride(2, 2));
  }

  /** Layers of networks: both of the MNIST CNN's, and of others what a row of tiles is made of. */
  private static List<Conv2dBuilder> layers(Layout layout) {
    return List.of(
        conv(layout, 32, 1, 28, 28).filters(32, 3, 3).epilogue(Epilogue.BIAS_RELU),
        conv(layout, 8, 32, 13, 13).filters(64, 3, 3).epilogue(Epilogue.BIAS_RELU),
        conv(layout, 2, 3, 32, 32).filters(64, 7, 7).stride(2, 2).padding(3, 3, 3, 3),
        conv(layout, 2, 64, 14, 14).filters(64, 1, 1),
        conv(layout, 1, 64, 14, 14).filters(64, 3, 3).padding(1, 1, 1, 1),
        conv(layout, 2, 96, 14, 14).filters(96, 3, 3).padding(1, 1, 1, 1).groups(96));
  }

  private static Conv2dBuilder conv(Layout layout, int n, int c, int h, int w) {
    return Conv2d.builder().layout(layout).input(n, c, h, w);
  }
}
