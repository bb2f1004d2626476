package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import jcuda.driver.CUresult;

/**
 * The driver's calls that are made in every step, as foreign functions: through JCuda a kernel
 * launch costs 3.7 microseconds of the host's time, through this 0.03 (measured, six arguments).
 *
 * <p>Contexts, streams, events, functions and graphs are numbers here, as {@link Handles} reads
 * them from JCuda's objects; each call returns a CUresult, 0 for success. Nothing is allocated.
 * Source: CUDA Driver API, {@code cuda.h}, of which the names ending in {@code _v2} are the 64-bit
 * ones.
 *
 * <p>A signature that is bound for the first time costs a process some ten milliseconds. So
 * addresses on the host are numbers, too, and functions share the few signatures there are.
 */
final class DriverCalls {
  static final int SUCCESS = CUresult.CUDA_SUCCESS;

  private final DriverStart start;
  private final MethodHandle setCurrent;
  private final MethodHandle launch;
  private final MethodHandle launchGraph;
  private final MethodHandle copyToDevice;
  private final MethodHandle copyToHost;
  private final MethodHandle copyOnDevice;
  private final MethodHandle setBytes;

  DriverCalls(SymbolLookup library) {
    Functions driver = new Functions("the CUDA driver", library);
    start = new DriverStart(library);
    setCurrent = driver.status("cuCtxSetCurrent", JAVA_LONG);
    launch =
        driver.status(
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS);
    launchGraph = driver.status("cuGraphLaunch", JAVA_LONG, JAVA_LONG);
    copyToDevice =
        driver.status("cuMemcpyHtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    copyToHost = driver.status("cuMemcpyDtoHAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    copyOnDevice =
        driver.status("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    setBytes = driver.status("cuMemsetD8Async", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
  }

  /** A CUresult by name, with what the driver says about it. */
  String describe(int status) {
    return start.describe(status);
  }

  /** cuCtxSetCurrent: makes a context that of this thread. */
  int setCurrent(long context) {
    try {
      return (int) setCurrent.invokeExact(context);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /**
   * cuLaunchKernel.
   *
   * @param function a CUfunction
   * @param sharedBytes dynamic shared memory of a block
   * @param parameters an array of addresses, one of each argument's value; both are read before
   *     this returns
   */
  int launchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      MemorySegment parameters) {
    try {
      return (int)
          launch.invokeExact(
              function,
              gridX,
              gridY,
              gridZ,
              blockX,
              blockY,
              blockZ,
              sharedBytes,
              stream,
              parameters,
              MemorySegment.NULL);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** cuGraphLaunch of a CUgraphExec. */
  int launchGraph(long executable, long stream) {
    try {
      return (int) launchGraph.invokeExact(executable, stream);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** cuMemcpyHtoDAsync; asynchronous only from pinned memory. */
  int copyToDevice(long target, MemorySegment source, long bytes, long stream) {
    try {
      return (int) copyToDevice.invokeExact(target, source.address(), bytes, stream);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    } finally {
      Reference.reachabilityFence(source);
    }
  }

  /** cuMemcpyDtoHAsync; asynchronous only to pinned memory. */
  int copyToHost(MemorySegment target, long source, long bytes, long stream) {
    try {
      return (int) copyToHost.invokeExact(target.address(), source, bytes, stream);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    } finally {
      Reference.reachabilityFence(target);
    }
  }

  /** cuMemcpyDtoDAsync. */
  int copyOnDevice(long target, long source, long bytes, long stream) {
    try {
      return (int) copyOnDevice.invokeExact(target, source, bytes, stream);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** cuMemsetD8Async. */
  int setBytes(long target, byte value, long count, long stream) {
    try {
      return (int) setBytes.invokeExact(target, Byte.toUnsignedInt(value), count, stream);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }
}
