package dev.quern.cpu;

/**
 * Multiplies lines of vectors by a constant matrix: one axis of a {@link PatchTransform}, for as
 * many channels as a vector has lanes.
 *
 * <pre>out[line, i] = ending(sum over j of M[i, j] * in[line, j])</pre>
 *
 * <p>Vector versions are generated, a class a {@link LineShape}. All versions add in the order of
 * j, each product and sum rounded as one, and so compute the same bits.
 */
interface LineTransform {

  /**
   * Transforms. Addresses and offsets are in bytes.
   *
   * @param source address that {@code from} counts from
   * @param from offsets of the inputs, line by line
   * @param target address that {@code to} counts from
   * @param to offsets of the outputs, line by line
   * @param lines how many
   * @param bias address of what is added at the end, if the shape adds it
   */
  void run(long source, long[] from, long target, long[] to, int lines, long bias);
}
