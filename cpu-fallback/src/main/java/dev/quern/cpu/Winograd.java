package dev.quern.cpu;

/**
 * Winograd's way to convolve: patches of the input and the filters are taken as polynomials, and
 * multiplied where they are known by their values at some points. For patches of {@code m x m}
 * outputs and filters of 3 x 3, {@code (m + 2)^2} products take the place of {@code 9 m^2}: 2.25
 * times fewer with {@code m = 2}, 4 times fewer with {@code m = 4}.
 *
 * <pre>
 * y  = A' [ (G w G') * (B' x B)   ] A      summed over the channels
 * dx = B  [ (G w G') * (A dy A')  ] B'     summed over the filters, and where patches overlap
 * dw = G' [ (A dy A') * (B' x B)  ] G      summed over the patches
 * </pre>
 *
 * <p>where {@code *} multiplies element by element. Sources: Lavin and Gray, "Fast Algorithms for
 * Convolutional Neural Networks", arXiv:1509.09308; for how the matrices follow from the points
 * Barabasz, Anderson, Soodhalter and Gregg, "Error Analysis and Improving the Accuracy of Winograd
 * Convolution for Deep Neural Networks", ACM TOMS 46, 2020, sections 2 and 3.
 *
 * @param outputs m, the outputs of a patch along an axis
 * @param input B', from pixels to values
 * @param filter G, from taps to values
 * @param output A', from values to outputs
 * @param gradient A, from gradients of outputs to values
 * @param inputGradient B, from values to gradients of pixels
 * @param filterGradient G', from values to gradients of taps
 */
record Winograd(
    int outputs,
    Coefficients input,
    Coefficients filter,
    Coefficients output,
    Coefficients gradient,
    Coefficients inputGradient,
    Coefficients filterGradient) {

  /** Taps of a filter along an axis. */
  static final int TAPS = 3;

  /** F(2 x 2, 3 x 3), at the points 0, 1, -1 and infinity. */
  static final Winograd F2 = of(2, 0, 1, -1);

  /**
   * F(4 x 4, 3 x 3), at 0, 3/4, -3/4, 3/2, -3/2 and infinity: powers of these stay closer together
   * than those of the usual 0, 1, -1, 2, -2, which makes the error three to five times smaller; and
   * all of A and B are exact in float32.
   */
  static final Winograd F4 = of(4, 0, 0.75, -0.75, 1.5, -1.5);

  private static Winograd of(int outputs, double... points) {
    Coefficients input = new Coefficients(inputMatrix(points));
    Coefficients filter = new Coefficients(filterMatrix(points));
    Coefficients output = new Coefficients(outputMatrix(outputs, points));
    return new Winograd(
        outputs,
        input,
        filter,
        output,
        output.transposed(),
        input.transposed(),
        filter.transposed());
  }

  /** Elements of a patch of the input, and points, along an axis. */
  int size() {
    return outputs + TAPS - 1;
  }

  /** Products in the place of 9 m^2. */
  int products() {
    return size() * size();
  }

  /** Row j: the polynomial that is 0 at all points but the j-th; the last one at all of them. */
  private static double[][] inputMatrix(double[] points) {
    int size = points.length + 1;
    double[][] matrix = new double[size][size];
    for (int j = 0; j < size; j++) {
      matrix[j][0] = 1;
      int degree = 0;
      for (int i = 0; i < points.length; i++) {
        if (i != j) {
          multiply(matrix[j], ++degree, points[i]);
        }
      }
    }
    return matrix;
  }

  /** Multiplies a polynomial, which then has this degree, by (x - root). */
  private static void multiply(double[] polynomial, int degree, double root) {
    for (int i = degree; i >= 0; i--) {
      polynomial[i] = (i == 0 ? 0 : polynomial[i - 1]) - root * polynomial[i];
    }
  }

  /** Row j: the powers of the j-th point, over what its polynomial is there; the last: infinity. */
  private static double[][] filterMatrix(double[] points) {
    double[][] matrix = new double[points.length + 1][TAPS];
    for (int j = 0; j < points.length; j++) {
      double scale = 1;
      for (int i = 0; i < points.length; i++) {
        scale *= i == j ? 1 : points[j] - points[i];
      }
      for (int power = 0; power < TAPS; power++) {
        matrix[j][power] = Math.pow(points[j], power) / scale;
      }
    }
    matrix[points.length][TAPS - 1] = 1;
    return matrix;
  }

  /** Column j: the powers of the j-th point; the last one: infinity. */
  private static double[][] outputMatrix(int outputs, double[] points) {
    double[][] matrix = new double[outputs][points.length + 1];
    for (int power = 0; power < outputs; power++) {
      for (int j = 0; j < points.length; j++) {
        matrix[power][j] = Math.pow(points[j], power);
      }
    }
    matrix[outputs - 1][points.length] = 1;
    return matrix;
  }
}
