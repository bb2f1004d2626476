package dev.quern.kernels;

/** Names of image problems, in the manner of oneDNN's benchdnn. */
final class Geometry {
  private Geometry() {}

  static String describe(String op, Layout layout, int n, String channels, int c, int h, int w) {
    return op
        + "/"
        + (layout == Layout.NHWC ? "" : "nchw")
        + "mb"
        + n
        + channels
        + c
        + pair("ih", h, "iw", w);
  }

  static String window(int r, int s, int strideH, int strideW, int dilationH, int dilationW) {
    return pair("kh", r, "kw", s)
        + (strideH == 1 && strideW == 1 ? "" : pair("sh", strideH, "sw", strideW))
        + (dilationH == 1 && dilationW == 1 ? "" : pair("dh", dilationH, "dw", dilationW));
  }

  static String padding(int top, int left, int bottom, int right) {
    if ((top | left | bottom | right) == 0) {
      return "";
    }
    boolean even = top == left && top == bottom && top == right;
    return even ? "ph" + top : "pad" + top + "_" + left + "_" + bottom + "_" + right;
  }

  static String pair(String nameH, int h, String nameW, int w) {
    return h == w ? nameH + h : nameH + h + nameW + w;
  }

  static void set(int[] target, int... values) {
    System.arraycopy(values, 0, target, 0, target.length);
  }
}
