package dev.quern.cuda;

import dev.quern.core.Arena;
import dev.quern.core.HostBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.KernelSpec;
import dev.quern.core.Stream;
import dev.quern.core.UnsupportedSpecException;
import dev.quern.dialect.Constants;
import dev.quern.dialect.DialectAdam;
import dev.quern.dialect.DialectBiasAdd;
import dev.quern.dialect.DialectDevice;
import dev.quern.dialect.DialectDropout;
import dev.quern.dialect.DialectGatherBatch;
import dev.quern.dialect.DialectMaxPool2d;
import dev.quern.dialect.DialectRelu;
import dev.quern.dialect.DialectSgd;
import dev.quern.dialect.DialectSoftmax;
import dev.quern.dialect.DialectSoftmaxCrossEntropy;
import dev.quern.dialect.Launch;
import dev.quern.dialect.Parts;
import dev.quern.dialect.Program;
import dev.quern.dialect.Range;
import dev.quern.dialect.Traits;
import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Dropout;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.MaxPool2d;
import dev.quern.kernels.OpSpec;
import dev.quern.kernels.Relu;
import dev.quern.kernels.Sgd;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.driver.CUcontext;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** A GPU in its primary context, which it shares with whoever else uses CUDA in the process. */
final class CudaDevice extends DialectDevice {
  private static final String DETERMINISTIC_PROPERTY = "quern.cuda.deterministic";
  private static final String KERNELS_PROPERTY = "quern.cuda.kernels";

  private final FoundGpu found;
  private final CudaLibraries libraries;
  private final DriverCalls calls;
  private final CUcontext context = new CUcontext();
  private final CudaPrograms programs;
  private final LibraryPool pool = new LibraryPool(this);
  private final boolean deterministic = Boolean.getBoolean(DETERMINISTIC_PROPERTY);
  private final boolean ownKernelsOnly = "own".equals(System.getProperty(KERNELS_PROPERTY));
  private final Map<String, Integer> winners = new HashMap<>();
  private @Nullable BlasLt blasLt;

  CudaDevice(FoundGpu found, CudaLibraries libraries) {
    super(found.info());
    this.found = found;
    this.libraries = libraries;
    calls = libraries.driver();
    CudaStatus.check(
        JCudaDriver.cuDevicePrimaryCtxRetain(context, found.device()),
        "cuDevicePrimaryCtxRetain on " + id());
    programs = new CudaPrograms(this);
  }

  @Override
  public Traits traits() {
    return found.traits();
  }

  /** The compute capability that programs are compiled for, for example 90. */
  int architecture() {
    return found.architecture();
  }

  CudaLibraries libraries() {
    return libraries;
  }

  DriverCalls calls() {
    return calls;
  }

  /** Whether products and convolutions are left to our own kernels. */
  boolean ownKernelsOnly() {
    return ownKernelsOnly;
  }

  /** Whether kernels are chosen by rule instead of by measuring. */
  boolean deterministic() {
    return deterministic;
  }

  /**
   * Makes the context the calling thread's; others may have taken its place since the last call.
   */
  void enter() {
    int status = calls.setCurrent(Handles.number(context));
    if (status != CudaStatus.SUCCESS) {
      throw CudaStatus.failure(status, "cuCtxSetCurrent of " + id());
    }
  }

  /**
   * Which way has won the contest for a problem, by its place among the ways. Who measures holds
   * the map's lock, as two that measure at once disturb each other.
   */
  Map<String, Integer> winners() {
    return winners;
  }

  /** How cuBLAS is called here. */
  String blasName() {
    StreamLibraries lent = pool.take();
    try {
      return lent.blas().implementation();
    } finally {
      pool.giveBack(lent);
    }
  }

  /** The handles of cuDNN and cuBLAS. */
  LibraryPool pool() {
    return pool;
  }

  /** cuBLASLt in this context; opened when the first product asks. */
  synchronized BlasLt blasLt() {
    if (blasLt == null) {
      enter();
      blasLt = libraries.newBlasLt(id());
    }
    return blasLt;
  }

  @Override
  protected Program program(String what, List<String> files, String... defines) {
    return programs.get(what, files, defines);
  }

  @Override
  protected Launch launch(
      String what, Program program, String function, Range range, int buffers, Number... numbers) {
    return new CudaLaunch(this, what, (CudaProgram) program, function, range, buffers, numbers);
  }

  @Override
  protected Constants constants(String label, int[] values) {
    return new CudaConstants(this, label, values);
  }

  @Override
  protected long workspace(Stream stream) {
    return ((CudaStream) stream).lane().workspace();
  }

  @Override
  protected Kernel createKernel(KernelSpec<?> spec) {
    if (!(spec instanceof OpSpec<?> op)) {
      throw new UnsupportedSpecException(id(), spec, "it is not an op of this library");
    }
    Parts parts = new Parts(this, spec.describe());
    try {
      return create(parts, op);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  private Kernel create(Parts parts, OpSpec<?> op) {
    return switch (op) {
      case Gemm.Spec s -> new CudaGemm(this, parts, s);
      case Conv2d.Spec s -> new CudaConv2d(this, parts, s);
      case MaxPool2d.Spec s -> new DialectMaxPool2d(parts, s);
      case SoftmaxCrossEntropy.Spec s -> new DialectSoftmaxCrossEntropy(parts, s);
      case Softmax.Spec s -> new DialectSoftmax(parts, s);
      case Relu.Spec s -> new DialectRelu(parts, s);
      case BiasAdd.Spec s -> new DialectBiasAdd(parts, s);
      case Dropout.Spec s -> new DialectDropout(parts, s);
      case Adam.Spec s -> new DialectAdam(parts, s);
      case Sgd.Spec s -> new DialectSgd(parts, s);
      case GatherBatch.Spec s -> new DialectGatherBatch(parts, s);
    };
  }

  @Override
  protected Arena createArena(String label, long bytes) {
    return new CudaArena(this, label, new CudaMemory(this, label, bytes), bytes);
  }

  @Override
  protected Stream createStream() {
    return new CudaStream(this);
  }

  @Override
  protected HostBuffer createHostBuffer(String label, long bytes) {
    return new CudaHostBuffer(this, label, bytes);
  }

  @Override
  protected long freeBytes() {
    enter();
    long[] free = new long[1];
    long[] total = new long[1];
    CudaStatus.check(JCudaDriver.cuMemGetInfo(free, total), "cuMemGetInfo on " + id());
    return free[0];
  }

  /** Turns a status that means too little memory into the exception that says so. */
  void checkMemory(int status, String label, long bytes, String call) {
    if (CudaStatus.isOutOfMemory(status)) {
      throw outOfMemory(label, bytes);
    }
    CudaStatus.check(status, call + " for '" + label + "' on " + id());
  }

  void taken(CudaMemory memory, String label, long bytes) {
    memoryTaken(memory, label, bytes);
  }

  void freed(CudaMemory memory) {
    memoryFreed(memory);
  }

  @Override
  protected void release() {
    try {
      enter();
      if (blasLt != null) {
        blasLt.close();
      }
      pool.close();
      programs.close();
    } finally {
      JCudaDriver.cuDevicePrimaryCtxRelease(found.device());
    }
  }
}
