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
   * {@code y = (x - mean) * scale + shift}; {@code y} may be {@code x}.
   *
   * @param planes of mean, scale and shift
   */
  void normalise(ChannelGroup group, long x, long y, int rows, long planes);

  /**
   * {@code dx = dy * scale + ((x - mean) * slope + shift)}; {@code dx} may be {@code dy}.
   *
   * @param planes of mean, scale, slope and shift
   */
  void gradient(ChannelGroup group, long x, long dy, long dx, int rows, long planes);
}
