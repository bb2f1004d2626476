package dev.quern.cpu;

import dev.quern.core.Arena;
import dev.quern.core.Device;
import dev.quern.core.DeviceInfo;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.OutOfDeviceMemoryException;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.kernels.Activation;
import dev.quern.kernels.Adam;
import dev.quern.kernels.Add;
import dev.quern.kernels.Augment;
import dev.quern.kernels.AveragePool2d;
import dev.quern.kernels.BatchNorm;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.ClipNorm;
import dev.quern.kernels.ClipValue;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.DenseLoss;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.RmsProp;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;

/** The host's processor. */
final class CpuDevice extends Device {
  /**
   * What a processor has of a third-level cache, and half as much again. Of the machine's
   * processors, whatever the number of threads: so that this number changes no bits. Many of them
   * need more rows at a time to be at work, all of them: in slices of 12 MB 64 would be idle for
   * two thirds of a step at batch 128.
   */
  private static final long SLICE_BYTES =
      Math.max(2, Runtime.getRuntime().availableProcessors()) * (6L << 20);

  private final WorkerPool pool;
  private final Simd simd;
  private final HostMemory hostMemory;

  CpuDevice(DeviceInfo info, Simd simd, int threads, HostMemory hostMemory) {
    this(info, simd, new WorkerPool(threads), hostMemory);
  }

  CpuDevice(DeviceInfo info, Simd simd, WorkerPool pool, HostMemory hostMemory) {
    super(info);
    this.simd = simd;
    this.pool = pool;
    this.hostMemory = hostMemory;
  }

  /** The threads that kernels share their loops with. */
  WorkerPool pool() {
    return pool;
  }

  /** The versions of all loops that this processor runs best. */
  Simd simd() {
    return simd;
  }

  @Override
  protected Kernel createKernel(KernelSpec<?> spec) {
    if (!(spec instanceof OpSpec<?> op)) {
      throw new UnsupportedSpecException(id(), spec, "it is not an op of this library");
    }
    return switch (op) {
      case Gemm.Spec s -> new CpuGemm(this, s);
      case Conv2d.Spec s -> new CpuConv2d(this, s);
      case MaxPool2d.Spec s -> new CpuMaxPool2d(this, s);
      case AveragePool2d.Spec s -> new CpuAveragePool2d(this, s);
      case SoftmaxCrossEntropy.Spec s -> new CpuSoftmaxCrossEntropy(this, s);
      case DenseLoss.Spec s -> new CpuDenseLoss(this, s);
      case Softmax.Spec s -> new CpuSoftmax(this, s);
      case Relu.Spec s -> new CpuRelu(this, s);
      case Activation.Spec s -> new CpuActivation(this, s);
      case BiasAdd.Spec s -> new CpuBiasAdd(this, s);
      case Add.Spec s -> new CpuAdd(this, s);
      case BatchNorm.Spec s -> new CpuBatchNorm(this, s);
      case Dropout.Spec s -> new CpuDropout(this, s);
      case Augment.Spec s -> new CpuAugment(this, s);
      case Adam.Spec s -> new CpuAdam(this, s);
      case Sgd.Spec s -> new CpuSgd(this, s);
      case RmsProp.Spec s -> new CpuRmsProp(this, s);
      case ClipNorm.Spec s -> new CpuClipNorm(this, s);
      case ClipValue.Spec s -> new CpuClipValue(this, s);
      case GatherBatch.Spec s -> new CpuGatherBatch(this, s);
    };
  }

  @Override
  protected Arena createArena(String label, long bytes) {
    return new CpuArena(this, label, takeMemory(label, bytes), this::memoryFreed);
  }

  @Override
  protected Stream createStream() {
    return new CpuStream(this);
  }

  @Override
  protected HostBuffer createHostBuffer(String label, long bytes) {
    requireFree(label, bytes);
    return new CpuHostBuffer(this, label, new NativeBlock(bytes));
  }

  /**
   * Allocates and enters into the books.
   *
   * @throws OutOfDeviceMemoryException if there is too little
   */
  NativeBlock takeMemory(String label, long bytes) {
    requireFree(label, bytes);
    NativeBlock block;
    try {
      block = new NativeBlock(bytes);
    } catch (OutOfMemoryError e) {
      throw outOfMemory(label, bytes);
    }
    memoryTaken(block, label, bytes);
    return block;
  }

  /** Frees and strikes from the books. */
  void giveMemoryBack(NativeBlock block) {
    block.close();
    memoryFreed(block);
  }

  @Override
  public void settle() {
    WarmUp.OF_PROCESS.await();
  }

  @Override
  public long sliceBytes() {
    return SLICE_BYTES;
  }

  @Override
  protected long freeBytes() {
    return hostMemory.freeBytes();
  }

  @Override
  protected void release() {
    pool.close();
  }
}
