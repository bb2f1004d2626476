package dev.quern.cpu;

/**
 * A small constant matrix that lines of elements are multiplied by. Equal to nothing but itself, so
 * that code which is generated for it can be found again by it.
 */
final class Coefficients {
  private final float[][] rows;

  /** A matrix of these values, rounded to float32 once. */
  Coefficients(double[][] values) {
    rows = new float[values.length][values[0].length];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < rows[i].length; j++) {
        rows[i][j] = (float) values[i][j];
      }
    }
  }

  /** Elements of a line before. */
  int inputs() {
    return rows[0].length;
  }

  /** Elements of a line after. */
  int outputs() {
    return rows.length;
  }

  /** The factor of an input in an output. */
  float at(int output, int input) {
    return rows[output][input];
  }

  /** The matrix with rows for columns. */
  Coefficients transposed() {
    double[][] turned = new double[inputs()][outputs()];
    for (int i = 0; i < outputs(); i++) {
      for (int j = 0; j < inputs(); j++) {
        turned[j][i] = rows[i][j];
      }
    }
    return new Coefficients(turned);
  }
}
