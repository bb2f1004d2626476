package dev.quern.cpu;

import dev.quern.cpu.Rearrangement.Axis;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;

/**
 * The orders that filters are kept in: as the spec has them ([k, r, s, c] or [k, c, r, s]), and
 * packed with the filter last ([group, r, s, c, k in group], rows a whole number of vectors apart).
 */
final class FilterLayouts {
  private final Conv2d.Spec spec;
  private final ConvProducts products;
  private final Warming<Squares> squares;
  private final int filters;
  private final int channels;
  private final int taps;

  FilterLayouts(Conv2d.Spec spec, ConvProducts products, Warming<Squares> squares) {
    this.squares = squares;
    this.spec = spec;
    this.products = products;
    filters = spec.k() / spec.groups();
    channels = spec.c() / spec.groups();
    taps = spec.r() * spec.s();
  }

  /** Room for the filters in the packed order. */
  long packedBytes() {
    return products.packedGroup() * spec.groups() * Float.BYTES;
  }

  /** To the packed order. */
  Rearrangement pack() {
    return new Rearrangement(
        squares,
        new Axis(spec.groups(), (long) filters * taps * channels, products.packedGroup()),
        new Axis(channels, channelStride(), products.lead()),
        new Axis(taps, tapStride(), (long) channels * products.lead()),
        new Axis(filters, (long) taps * channels, 1));
  }

  /** To panels of filters, each in the packed order. */
  Rearrangement packPanels() {
    int panel = products.panelFilters();
    long filter = (long) taps * channels;
    return new Rearrangement(
        squares,
        new Axis(spec.groups(), filters * filter, products.packedGroup()),
        new Axis(Math.max(1, filters / panel), panel * filter, filter * panel),
        new Axis(channels, channelStride(), panel),
        new Axis(taps, tapStride(), (long) channels * panel),
        new Axis(Math.min(panel, filters), filter, 1));
  }

  /** To one panel of filters, of a single group. */
  PanelLoop.Packing packPanel() {
    int panel = products.panelFilters();
    long filter = (long) taps * channels;
    Rearrangement order =
        new Rearrangement(
            squares,
            new Axis(channels, channelStride(), panel),
            new Axis(taps, tapStride(), (long) channels * panel),
            new Axis(panel, filter, 1));
    return new PanelLoop.Packing(order, panel * filter);
  }

  /** Whether the way back to the input has the filters in panels of channels. */
  boolean packsChannels() {
    return products.panelChannels() < channels;
  }

  /** Room for the filters as the spec has them. */
  long bytes() {
    return (long) spec.k() * taps * channels * Float.BYTES;
  }

  /** To panels of channels, [group, panel, k in group, r, s, c in panel]; of filters in NHWC. */
  Rearrangement packChannels() {
    int panel = products.panelChannels();
    int rows = filters * taps;
    long group = (long) rows * channels;
    return new Rearrangement(
        squares,
        new Axis(spec.groups(), group, group),
        new Axis(channels / panel, panel, (long) rows * panel),
        new Axis(rows, channels, panel),
        new Axis(panel, 1, 1));
  }

  /** To one panel of channels, of a single group. */
  PanelLoop.Packing packPanelOfChannels() {
    int panel = products.panelChannels();
    Rearrangement order =
        new Rearrangement(
            squares, new Axis(filters * taps, channels, panel), new Axis(panel, 1, 1));
    return new PanelLoop.Packing(order, panel);
  }

  /** From the packed order to the spec's order. */
  Rearrangement unpack() {
    return new Rearrangement(
        squares,
        new Axis(spec.groups(), products.packedGroup(), (long) filters * taps * channels),
        new Axis(filters, 1, (long) taps * channels),
        new Axis(taps, (long) channels * products.lead(), tapStride()),
        new Axis(channels, products.lead(), channelStride()));
  }

  /** From the gradient of 1x1 filters, [k, c] with rows so far apart, to the spec's order. */
  Rearrangement unpackTurned(int lead) {
    return new Rearrangement(squares, new Axis(filters, lead, channels), new Axis(channels, 1, 1));
  }

  /** From gradients [c, r, s, k] of a single group to the spec's order. */
  Rearrangement unpackRows() {
    return new Rearrangement(
        squares,
        new Axis(filters, 1, (long) taps * channels),
        new Axis(taps, filters, tapStride()),
        new Axis(channels, (long) taps * filters, channelStride()));
  }

  private long channelStride() {
    return spec.layout() == Layout.NHWC ? 1 : taps;
  }

  private long tapStride() {
    return spec.layout() == Layout.NHWC ? channels : 1;
  }
}
