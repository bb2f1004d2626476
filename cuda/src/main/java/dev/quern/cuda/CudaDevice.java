package dev.quern.cuda;

import dev.quern.core.Arena;
import dev.quern.core.HostBuffer;
import dev.quern.core.Stream;
import dev.quern.dialect.Constants;
import dev.quern.dialect.DialectDevice;
import dev.quern.dialect.Launch;
import dev.quern.dialect.Parts;
import dev.quern.dialect.Program;
import dev.quern.dialect.Range;
import dev.quern.dialect.Traits;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Gemm;
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
  private final boolean usesLibraries = !"own".equals(System.getProperty(KERNELS_PROPERTY));
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

  /** Whether products and convolutions are not left to our own kernels alone. */
  boolean usesLibraries() {
    return usesLibraries;
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
  protected Gemm gemm(Parts parts, Gemm.Spec spec) {
    return new CudaGemm(this, parts, spec);
  }

  @Override
  protected Conv2d conv2d(Parts parts, Conv2d.Spec spec) {
    return new CudaConv2d(this, parts, spec);
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
