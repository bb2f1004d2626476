package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.core.BackendUnavailableException;
import dev.quern.core.DeviceException;
import dev.quern.kernels.Gemm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;

/**
 * The same calls of the driver and of cuBLAS twice: through JCuda's JNI, and as the foreign
 * functions that the backend calls in every step. Public for whoever measures what each costs the
 * host, and for nothing else; a status is the driver's, 0 for success. Used by the thread that made
 * it.
 */
public final class CallCosts implements AutoCloseable {
  private static final String KERNEL = "nothing";
  private static final int ARGUMENTS = 6;
  private static final String SOURCE =
      "extern \"C\" __global__ void "
          + KERNEL
          + "(long a, long b, long c, long d, long e, long f) {}";

  /** Elements to a side of the square product: as little work as a GPU can have. */
  private static final int SIDE = 16;

  private final CudaLibraries libraries = CudaLibraries.ofThisProcess().require();
  private final DriverCalls driver = libraries.driver();
  private final Deque<Runnable> frees = new ArrayDeque<>();
  private final Arena arena = Arena.ofConfined();
  private final CUdevice device = new CUdevice();
  private final CUcontext context = new CUcontext();
  private final CUfunction function = new CUfunction();
  private final CUstream stream = new CUstream(); // the default one
  private final long functionNumber;
  private final long contextNumber;
  private final MemorySegment addresses = arena.allocate(ADDRESS, ARGUMENTS);
  private final Pointer list;
  private final Pointer array = new Pointer();
  private final GemmCall product = new GemmCall(Gemm.builder(SIDE, SIDE, SIDE).build());
  private final Blas jniBlas;
  private final Blas foreignBlas;
  private final long matrix;

  /**
   * Prepares the calls on the first GPU.
   *
   * @throws BackendUnavailableException if there is no CUDA 12 here: JCublas knows no other
   * @throws DeviceException if a call fails
   */
  public CallCosts() {
    frees.push(arena::close);
    try {
      requireJCublas();
      openContext();
      contextNumber = Handles.number(context);
      loadKernel();
      functionNumber = Handles.number(function);
      list = Pointer.to(values());
      Handles.set(array, addresses.address());
      matrix = allocate(3L * SIDE * SIDE * Float.BYTES);
      jniBlas = own(new JCublas());
      foreignBlas = own(new ForeignBlas(libraries.symbols(CudaLibrary.CUBLAS)));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void requireJCublas() {
    if (libraries.major() != CudaLibrary.OLDEST_CUDA) {
      throw new BackendUnavailableException(
          "JCublas calls the cuBLAS of CUDA %d, and the one here is of CUDA %d: put a cuDNN for CUDA"
                  .formatted(CudaLibrary.OLDEST_CUDA, libraries.major())
              + " 12 into a folder that -D"
              + LibrarySearch.PROPERTY
              + " names",
          null);
    }
  }

  private void openContext() {
    JCudaDriver.setExceptionsEnabled(false); // statuses are checked one by one
    CudaStatus.check(JCudaDriver.cuInit(0), "cuInit");
    CudaStatus.check(JCudaDriver.cuDeviceGet(device, 0), "cuDeviceGet");
    int status = JCudaDriver.cuDevicePrimaryCtxRetain(context, device);
    CudaStatus.check(status, "cuDevicePrimaryCtxRetain");
    frees.push(() -> JCudaDriver.cuDevicePrimaryCtxRelease(device));
    CudaStatus.check(JCudaDriver.cuCtxSetCurrent(context), "cuCtxSetCurrent");
  }

  private void loadKernel() {
    byte[] image;
    try {
      image = libraries.nvrtc().compile(SOURCE, KERNEL, capability(), List.of());
    } catch (Nvrtc.CompilationException e) {
      throw new DeviceException("an empty kernel does not compile: " + e.log(), e);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(image.length + 1); // PTX ends in a 0
    direct.put(image).put((byte) 0).flip();
    CUmodule module = new CUmodule();
    int status =
        JCudaDriver.cuModuleLoadDataEx(
            module, Pointer.toBuffer(direct), 0, new int[0], new Pointer());
    CudaStatus.check(status, "cuModuleLoadData");
    frees.push(() -> JCudaDriver.cuModuleUnload(module));
    status = JCudaDriver.cuModuleGetFunction(function, module, KERNEL);
    CudaStatus.check(status, "cuModuleGetFunction");
  }

  private int capability() {
    return 10 * attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  private int attribute(int attribute) {
    int[] value = new int[1];
    int status = JCudaDriver.cuDeviceGetAttribute(value, attribute, device);
    CudaStatus.check(status, "cuDeviceGetAttribute");
    return value[0];
  }

  /** The kernel's arguments as JCuda's users write them; their addresses for all others. */
  private Pointer[] values() {
    Pointer[] values = new Pointer[ARGUMENTS];
    for (int i = 0; i < ARGUMENTS; i++) {
      MemorySegment value = arena.allocate(JAVA_LONG);
      addresses.setAtIndex(ADDRESS, i, value);
      values[i] = Pointer.toBuffer(value.asByteBuffer());
    }
    return values;
  }

  private long allocate(long bytes) {
    CUdeviceptr block = new CUdeviceptr();
    CudaStatus.check(JCudaDriver.cuMemAlloc(block, bytes), "cuMemAlloc");
    frees.push(() -> JCudaDriver.cuMemFree(block));
    return Handles.number(block);
  }

  private Blas own(Blas blas) {
    frees.push(blas::close);
    return blas;
  }

  /** cuCtxSetCurrent, the least that a call can do, through JCuda. */
  public int contextJni() {
    return JCudaDriver.cuCtxSetCurrent(context);
  }

  /** cuCtxSetCurrent as a foreign function. */
  public int contextForeign() {
    return driver.setCurrent(contextNumber);
  }

  /** cuLaunchKernel of an empty kernel with six arguments, listed as JCuda's samples list them. */
  public int launchJni() {
    return launchJni(list);
  }

  /** The same with an array of addresses, made once: what JCuda makes of a list at each call. */
  public int launchJniArray() {
    return launchJni(array);
  }

  private int launchJni(Pointer arguments) {
    return JCudaDriver.cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, stream, arguments, null);
  }

  /** cuLaunchKernel as a foreign function, with that array. */
  public int launchForeign() {
    return driver.launchKernel(functionNumber, 1, 1, 1, 1, 1, 1, 0, 0, addresses);
  }

  /** cublasGemmEx of two small matrices through JCublas. */
  public void gemmJni() {
    run(jniBlas);
  }

  /** cublasGemmEx as a foreign function. */
  public void gemmForeign() {
    run(foreignBlas);
  }

  private void run(Blas blas) {
    long bytes = (long) SIDE * SIDE * Float.BYTES;
    blas.run(product, matrix, matrix + bytes, matrix + 2 * bytes);
  }

  /**
   * Waits for all that has been launched.
   *
   * @throws DeviceException if something of it failed
   */
  public void synchronize() {
    CudaStatus.check(JCudaDriver.cuCtxSynchronize(), "cuCtxSynchronize");
  }

  @Override
  public void close() {
    while (!frees.isEmpty()) {
      frees.pop().run();
    }
  }
}
