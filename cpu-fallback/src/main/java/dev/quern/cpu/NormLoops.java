package dev.quern.cpu;

/**
 * Rows of batch normalisations, by groups of channels. Addresses are in bytes and those of a
 * group's first channel; numbers of a channel lie in planes, {@link ChannelGroup#plane} bytes
 * apart.
 */
interface NormLoops {

  /**
   * Adds a stretch of rows to two planes: {@code sums[c] += sum of d} and {@code squares[c] += sum
   * of d * d} with {@code d = x[i, c] - shift[c]}.
   *
   * @param shift plane of numbers not far from the channels' means
   * @param sums first of the two planes
   */
  void addMoments(ChannelGroup group, long x, int rows, long shift, long sums);

  /**
   * Adds a stretch of rows to two planes: {@code sums[c] += sum of dy[i, c]} and {@code products[c]
   * += sum of dy[i, c] * (x[i, c] - mean[c])}.
   *
   * @param sums first of the two planes
   */
  void addGradients(ChannelGroup group, long x, long dy, int rows, long mean, long sums);

  /**
   * Adds a block's moments to those of the blocks before, after Chan, Golub and LeVeque, "Updating
   * formulae and a pairwise algorithm for computing sample variances", 1979.
   *
   * @param block first of three planes: shift, sums and squares, as {@link #addMoments} leaves them
   * @param totals first of three planes: the first block's shift, the mean's distance from it, and
   *     the sum of squared distances from the mean
   * @param each one over the block's rows
   * @param share of the block's rows in all so far
   * @param weight rows of the blocks before, times the share
   */
  void joinMoments(
      ChannelGroup group, long block, long totals, float each, float share, float weight);

  /** Adds a block's two planes, as {@link #addGradients} leaves them, to two planes of totals. */
  void joinGradients(ChannelGroup group, long block, long totals);

  /**
   * {@code y = max((x - mean) * scale + shift, least)}; {@code y} may be {@code x}. A NaN stays.
   *
   * @param planes of mean, scale and shift
   * @param least 0 for a ReLU, negative infinity for none
   */
  void normalise(ChannelGroup group, long x, long y, int rows, long planes, float least);

  /**
   * {@code dx = dy * scale + ((x - mean) * slope + shift)}; {@code dx} may be {@code dy}.
   *
   * @param planes of mean, scale, slope and shift
   */
  void gradient(ChannelGroup group, long x, long dy, long dx, int rows, long planes);
}
