package dev.quern.cpu;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Pass;

/** Makes the passes of a convolution, each by the algorithm that is chosen for it. */
final class ConvPasses {
  private final CpuDevice device;
  private final Conv2d.Spec spec;
  private final ConvProducts products;
  private final FilterLayouts layouts;

  ConvPasses(CpuDevice device, Conv2d.Spec spec) {
    this.device = device;
    this.spec = spec;
    TileSet tiles = device.simd().tiles();
    products = new ConvProducts(spec, tiles);
    layouts = new FilterLayouts(spec, products, tiles.squares());
  }

  ConvPass forward() {
    ConvAlgorithm algorithm = ConvAlgorithm.of(spec, Pass.FORWARD);
    if (algorithm == ConvAlgorithm.HELD && canHold()) {
      return new HeldForwardPass(device, spec, layouts);
    }
    Winograd winograd = algorithm.winograd();
    return winograd == null
        ? DirectPass.forward(device, products, layouts)
        : new WinogradForwardPass(device, spec, winograd, layouts.pack());
  }

  ConvPass backwardData() {
    ConvAlgorithm algorithm = ConvAlgorithm.of(spec, Pass.BACKWARD_DATA);
    if (algorithm == ConvAlgorithm.GROUPED) {
      return new GroupedDataPass(device, spec);
    }
    Winograd winograd = algorithm.winograd();
    return winograd == null
        ? DirectPass.backwardData(device, products, layouts)
        : new WinogradDataPass(device, spec, winograd);
  }

  ConvPass backwardFilter() {
    ConvAlgorithm algorithm = ConvAlgorithm.of(spec, Pass.BACKWARD_FILTER);
    if (algorithm == ConvAlgorithm.POINTWISE) {
      return new PointwiseFilterPass(device, spec);
    }
    Winograd winograd = algorithm.winograd();
    if (winograd == null) {
      FilterGradient gradient = new FilterGradient(spec, device.simd().tiles(), products);
      return new DirectFilterPass(device, gradient, layouts);
    }
    return WinogradPiecesPass.suits(spec, winograd)
        ? new WinogradPiecesPass(device, spec, winograd, layouts)
        : new WinogradFilterPass(device, spec, winograd, layouts);
  }

  /** Otherwise the direct way gives the same bits. */
  private boolean canHold() {
    return device.simd().tiles().heldVectors(spec.r() * spec.s() * spec.c()) > 0;
  }
}
