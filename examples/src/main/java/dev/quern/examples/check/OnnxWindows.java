package dev.quern.examples.check;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Geometry of a Conv or MaxPool node as two-dimensional: strides, dilations and pads with ONNX's
 * defaults, and what {@code auto_pad} makes of them. One-dimensional images are one pixel high.
 */
final class OnnxWindows {
  private final int[] window;
  private final int[] strides;
  private final int[] dilations;
  private final int[] pads;

  /**
   * The geometry of {@code node} over an image of [N, C, L] or [N, C, H, W].
   *
   * @param filter extents of the filters, or null where the attribute alone says them
   */
  OnnxWindows(OnnxNode node, Tensor image, int @Nullable [] filter) {
    int axes = image.rank() - 2;
    if (axes < 1 || axes > 2) {
      throw node.wrong("images must have one or two axes beside batch and channels, not " + image);
    }
    int[] kernel = node.integers("kernel_shape");
    if (kernel == null) {
      kernel = filter;
    }
    if (kernel == null || kernel.length != axes) {
      throw node.wrong("kernel_shape must have one number for each axis of " + image);
    }
    if (filter != null && !Arrays.equals(kernel, filter)) {
      throw node.wrong(
          "kernel_shape is %s, but the filters have %s"
              .formatted(Arrays.toString(kernel), Arrays.toString(filter)));
    }
    window = planar(kernel);
    strides = planar(node.integers("strides", axes, 1));
    dilations = planar(node.integers("dilations", axes, 1));
    pads = pads(node, planarImage(image), axes);
  }

  private OnnxWindows(int[] window) {
    this.window = window;
    strides = new int[] {1, 1};
    dilations = new int[] {1, 1};
    pads = new int[4];
  }

  /** One window, as large as the image. */
  static OnnxWindows whole(OnnxNode node, Tensor image) {
    if (image.rank() < 3 || image.rank() > 4) {
      throw node.wrong("images must have one or two axes beside batch and channels, not " + image);
    }
    int[] shape = planarImage(image).shape();
    return new OnnxWindows(new int[] {shape[2], shape[3]});
  }

  /** An image as [N, C, H, W]. */
  static Tensor planarImage(Tensor image) {
    int[] s = image.shape();
    return s.length == 3 ? image.reshape(s[0], s[1], 1, s[2]) : image;
  }

  private static int[] planar(int[] values) {
    return values.length == 1 ? new int[] {1, values[0]} : values;
  }

  private int[] pads(OnnxNode node, Tensor image, int axes) {
    String auto = node.text("auto_pad", "NOTSET");
    return switch (auto) {
      case "NOTSET" -> {
        int[] given = node.integers("pads", 2 * axes, 0);
        yield axes == 1 ? new int[] {0, given[0], 0, given[1]} : given;
      }
      case "VALID" -> new int[4];
      case "SAME_UPPER", "SAME_LOWER" -> {
        int[] same = new int[4];
        for (int axis = 0; axis < 2; axis++) {
          int total = samePadding(image.extent(2 + axis), axis);
          int smaller = total / 2;
          boolean upper = auto.equals("SAME_UPPER");
          same[axis] = upper ? smaller : total - smaller;
          same[axis + 2] = total - same[axis];
        }
        yield same;
      }
      default -> throw node.wrong("auto_pad " + auto + " is not offered");
    };
  }

  /** Padding with which there are {@code ceil(size / stride)} windows. */
  private int samePadding(int size, int axis) {
    int stride = Math.max(1, strides[axis]);
    int outputs = (size + stride - 1) / stride;
    int reach = (window[axis] - 1) * dilations[axis] + 1;
    return Math.max(0, (outputs - 1) * stride + reach - size);
  }

  /** Height and width of the window. */
  int[] window() {
    return window;
  }

  /** Distances between windows. */
  int[] strides() {
    return strides;
  }

  /** Distances between taps. */
  int[] dilations() {
    return dilations;
  }

  /** Top, left, bottom, right. */
  int[] pads() {
    return pads;
  }
}
