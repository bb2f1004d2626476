package dev.quern.cpu;

import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.kernels.Conv2d;

/**
 * Images and filters that come with their channels first, with their channels last: copies in the
 * workspace, of the input's images, then the output's, then the filters.
 */
final class ChannelsLast {
  private final Rearrangement inputToLast;
  private final Rearrangement inputToFirst;
  private final Rearrangement outputToLast;
  private final Rearrangement outputToFirst;
  private final Rearrangement filtersToLast;
  private final long inputBytes;
  private final long outputBytes;
  private final long filterBytes;

  ChannelsLast(Conv2d.Spec spec, Warming<Squares> squares) {
    int pixels = spec.h() * spec.w();
    int outputPixels = spec.p() * spec.q();
    inputToLast = toLast(squares, spec.n(), spec.c(), pixels);
    inputToFirst = toFirst(squares, spec.n(), spec.c(), pixels);
    outputToLast = toLast(squares, spec.n(), spec.k(), outputPixels);
    outputToFirst = toFirst(squares, spec.n(), spec.k(), outputPixels);
    filtersToLast = toLast(squares, spec.k(), spec.c() / spec.groups(), spec.r() * spec.s());
    inputBytes = Float.BYTES * spec.inputs();
    outputBytes = Float.BYTES * spec.outputs();
    filterBytes = Float.BYTES * spec.weights();
  }

  private static Rearrangement toLast(
      Warming<Squares> squares, int images, int channels, int pixels) {
    long image = (long) channels * pixels;
    return new Rearrangement(
        squares,
        new Axis(images, image, image),
        new Axis(pixels, 1, channels),
        new Axis(channels, pixels, 1));
  }

  private static Rearrangement toFirst(
      Warming<Squares> squares, int images, int channels, int pixels) {
    long image = (long) channels * pixels;
    return new Rearrangement(
        squares,
        new Axis(images, image, image),
        new Axis(channels, 1, pixels),
        new Axis(pixels, channels, 1));
  }

  /** Room for all copies, with readable slack behind the last. */
  long bytes() {
    return inputBytes + outputBytes + filterBytes + NativeMemory.SLACK_BYTES;
  }

  /** Where the input's images are. */
  long input(long workspace) {
    return workspace;
  }

  /** Where the output's images are. */
  long output(long workspace) {
    return workspace + inputBytes;
  }

  /** Where the filters are, [k, r, s, c]. */
  long filters(long workspace) {
    return workspace + inputBytes + outputBytes;
  }

  void readInput(WorkerPool pool, long source, long workspace) {
    inputToLast.run(pool, source, input(workspace));
  }

  void readOutput(WorkerPool pool, long source, long workspace) {
    outputToLast.run(pool, source, output(workspace));
  }

  void readFilters(WorkerPool pool, long source, long workspace) {
    filtersToLast.run(pool, source, filters(workspace));
  }

  void writeInput(WorkerPool pool, long workspace, long target) {
    inputToFirst.run(pool, input(workspace), target);
  }

  void writeOutput(WorkerPool pool, long workspace, long target) {
    outputToFirst.run(pool, output(workspace), target);
  }
}
