package dev.quern.examples.check;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Windows of a Conv or pooling node along each axis behind batch and channels: strides, dilations
 * and pads with ONNX's defaults, and what {@code auto_pad} makes of them. Kernels take two axes:
 * {@link #planar} and {@link #alone} say how.
 */
final class OnnxWindows {
  private final int[] window;
  private final int[] strides;
  private final int[] dilations;

  /** Before the image along each axis, then behind it along each axis. */
  private final int[] pads;

  /**
   * The geometry of {@code node} over an image of [N, C, ...].
   *
   * @param filter extents of the filters, or null where the attribute alone says them
   */
  OnnxWindows(OnnxNode node, Tensor image, int @Nullable [] filter) {
    int axes = axes(node, image);
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
    window = kernel;
    strides = node.integers("strides", axes, 1);
    dilations = node.integers("dilations", axes, 1);
    pads = pads(node, image, axes);
  }

  private OnnxWindows(int[] window, int[] strides, int[] dilations, int[] pads) {
    this.window = window;
    this.strides = strides;
    this.dilations = dilations;
    this.pads = pads;
  }

  /** One window, as large as the image. */
  static OnnxWindows whole(OnnxNode node, Tensor image) {
    int axes = axes(node, image);
    int[] ones = new int[axes];
    Arrays.fill(ones, 1);
    return new OnnxWindows(
        Arrays.copyOfRange(image.shape(), 2, image.rank()), ones, ones, new int[2 * axes]);
  }

  private static int axes(OnnxNode node, Tensor image) {
    if (image.rank() < 3) {
      throw node.wrong("images must have an axis or more beside batch and channels, not " + image);
    }
    return image.rank() - 2;
  }

  /** An image as [N, C, H, W]; those of one axis are one pixel high. */
  static Tensor planarImage(Tensor image) {
    int[] s = image.shape();
    return s.length == 3 ? image.reshape(s[0], s[1], 1, s[2]) : image;
  }

  /**
   * All of it as height and width.
   *
   * @throws SkippedException if there are more axes
   */
  OnnxWindows planar(OnnxNode node) {
    if (window.length > 2) {
      throw new SkippedException(
          "%s over %d axes is not offered".formatted(node.type(), window.length));
    }
    return lastTwo();
  }

  /** The last axis as width, with the one in front of it as height. */
  OnnxWindows lastTwo() {
    return picked(window.length - 2, window.length - 1);
  }

  /** One axis as height, and windows of a single column. */
  OnnxWindows alone(int axis) {
    return picked(axis, -1);
  }

  /** Two axes; a negative number is an axis where each window is one pixel. */
  private OnnxWindows picked(int height, int width) {
    int axes = window.length;
    return new OnnxWindows(
        new int[] {at(window, height, 1), at(window, width, 1)},
        new int[] {at(strides, height, 1), at(strides, width, 1)},
        new int[] {at(dilations, height, 1), at(dilations, width, 1)},
        new int[] {
          at(pads, height, 0),
          at(pads, width, 0),
          at(pads, height < 0 ? height : axes + height, 0),
          at(pads, width < 0 ? width : axes + width, 0)
        });
  }

  private static int at(int[] values, int axis, int otherwise) {
    return axis < 0 ? otherwise : values[axis];
  }

  private int[] pads(OnnxNode node, Tensor image, int axes) {
    String auto = node.text("auto_pad", "NOTSET");
    return switch (auto) {
      case "NOTSET" -> node.integers("pads", 2 * axes, 0);
      case "VALID" -> new int[2 * axes];
      case "SAME_UPPER", "SAME_LOWER" -> {
        int[] same = new int[2 * axes];
        for (int axis = 0; axis < axes; axis++) {
          int total = samePadding(image.extent(2 + axis), axis);
          int smaller = total / 2;
          boolean upper = auto.equals("SAME_UPPER");
          same[axis] = upper ? smaller : total - smaller;
          same[axis + axes] = total - same[axis];
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

  /** Extents of the window. */
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

  /** Padding before the image along each axis, then behind it. */
  int[] pads() {
    return pads;
  }
}
