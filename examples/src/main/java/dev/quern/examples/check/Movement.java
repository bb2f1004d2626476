package dev.quern.examples.check;

import java.util.Arrays;

/** Moves a tensor's elements about on the host: transposing and broadcasting, no arithmetic. */
final class Movement {
  private Movement() {}

  /** The tensor with axis {@code axes[i]} as its axis {@code i}. */
  static Tensor transpose(Tensor tensor, int... axes) {
    int rank = tensor.rank();
    int[] seen = axes.clone();
    Arrays.sort(seen);
    for (int i = 0; i < Math.max(rank, seen.length); i++) {
      if (seen.length != rank || seen[i] != i) {
        throw new CheckException(
            "a transposition of %s must name each axis once, but is %s"
                .formatted(tensor, Arrays.toString(axes)));
      }
    }
    int[] strides = strides(tensor.shape());
    int[] shape = new int[rank];
    int[] steps = new int[rank];
    for (int i = 0; i < rank; i++) {
      shape[i] = tensor.extent(axes[i]);
      steps[i] = strides[axes[i]];
    }
    return gather(tensor, shape, steps);
  }

  /** The tensor with one axis behind all others, which keep their order. */
  static Tensor axisLast(Tensor tensor, int axis) {
    int[] axes = new int[tensor.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i < axis ? i : i + 1;
    }
    axes[axes.length - 1] = axis;
    return transpose(tensor, axes);
  }

  /** The tensor with its last axis at {@code axis}: undoes {@link #axisLast}. */
  static Tensor axisBack(Tensor tensor, int axis) {
    int[] axes = new int[tensor.rank()];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = i < axis ? i : i - 1;
    }
    axes[axis] = axes.length - 1;
    return transpose(tensor, axes);
  }

  /** The shape that both can be repeated to, by NumPy's rule. */
  static int[] broadcast(int[] a, int[] b) {
    int rank = Math.max(a.length, b.length);
    int[] shape = new int[rank];
    for (int i = 0; i < rank; i++) {
      int left = extentFromEnd(a, rank - i);
      int right = extentFromEnd(b, rank - i);
      if (left != right && left != 1 && right != 1) {
        throw new CheckException(
            "shapes %s and %s cannot be broadcast: aligned at the end, extents must be equal or 1"
                .formatted(Arrays.toString(a), Arrays.toString(b)));
      }
      shape[i] = left == 1 ? right : left;
    }
    return shape;
  }

  private static int extentFromEnd(int[] shape, int fromEnd) {
    return fromEnd > shape.length ? 1 : shape[shape.length - fromEnd];
  }

  /** The tensor repeated to a larger shape, by NumPy's rule. */
  static Tensor broadcastTo(Tensor tensor, int... shape) {
    if (!Arrays.equals(broadcast(tensor.shape(), shape), shape)) {
      throw new CheckException(
          "%s cannot be broadcast to %s".formatted(tensor, Arrays.toString(shape)));
    }
    int[] strides = strides(tensor.shape());
    int[] steps = new int[shape.length];
    int missing = shape.length - tensor.rank();
    for (int i = missing; i < shape.length; i++) {
      steps[i] = tensor.extent(i - missing) == 1 ? 0 : strides[i - missing];
    }
    return gather(tensor, shape, steps);
  }

  private static int[] strides(int[] shape) {
    int[] strides = new int[shape.length];
    int stride = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= shape[i];
    }
    return strides;
  }

  private static Tensor gather(Tensor from, int[] shape, int[] steps) {
    long count = Tensor.count(shape);
    if (count < 0) {
      throw new CheckException("shape %s is too large".formatted(Arrays.toString(shape)));
    }
    double[] values = new double[(int) count];
    int[] index = new int[shape.length];
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = from.values()[at];
      for (int axis = shape.length - 1; axis >= 0; axis--) {
        at += steps[axis];
        if (++index[axis] < shape[axis]) {
          break;
        }
        at -= steps[axis] * shape[axis];
        index[axis] = 0;
      }
    }
    return new Tensor(from.type(), shape, values);
  }
}
