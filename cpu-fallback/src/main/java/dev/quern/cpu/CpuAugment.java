package dev.quern.cpu;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Augment;
import dev.quern.kernels.Placement;

/**
 * Augmentation by images. The workspace has room for one with its margin for each worker, which
 * lies in its cache.
 */
final class CpuAugment extends Augment {
  private final WorkerPool pool;
  private final double nanos;
  private final Images images;
  private final long workspaceBytes;
  private final String implementation;

  CpuAugment(CpuDevice device, Spec spec) {
    super(device, spec);
    pool = device.pool();
    // A pixel takes some 5 ns by itself, 1 in a vector of pixels, 2 by vectors of its channels.
    double ofPixel = device.simd().lanes() == 1 ? 5.0 * spec.c() : spec.c() == 1 ? 1 : 2;
    nanos = ofPixel * spec.h() * spec.w();
    images = new Images(spec, device);
    workspaceBytes = images.paddedBytes * pool.workers();
    implementation = device.simd().name() + (spec.c() == 1 ? ":pixels" : ":channels");
  }

  @Override
  public String implementation() {
    return implementation;
  }

  @Override
  public long workspaceBytes() {
    return workspaceBytes;
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer step, DeviceBuffer y) {
    images.x = CpuBuffer.address(x);
    images.y = CpuBuffer.address(y);
    images.step = NativeMemory.getInt(CpuBuffer.address(step));
    images.padded = CpuStream.workspace(stream);
    pool.run(spec().n(), nanos, images);
  }

  private static final class Images implements WorkerPool.Loop {
    private final Warming<AugmentLoops> version;
    private final AugmentImage image;
    private final Placement[] placements;
    private final long imageBytes;
    private final long paddedBytes;
    private long x;
    private long y;
    private long padded;
    private int step;

    Images(Spec spec, CpuDevice device) {
      version = device.simd().augments();
      image = new AugmentImage(spec, device.simd().elements());
      placements = new Placement[device.pool().workers()];
      for (int worker = 0; worker < placements.length; worker++) {
        placements[worker] = new Placement(spec);
      }
      imageBytes = 4L * spec.h() * spec.w() * spec.c();
      paddedBytes = PaddedImage.bytes(spec);
    }

    @Override
    public void run(long from, long to, int worker) {
      AugmentLoops loops = version.current();
      Placement placement = placements[worker];
      long room = padded + worker * paddedBytes;
      for (long n = from; n < to; n++) {
        placement.draw((int) n, step);
        image.run(loops, placement, x + n * imageBytes, room, y + n * imageBytes);
      }
    }
  }
}
