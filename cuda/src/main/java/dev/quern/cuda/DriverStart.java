package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * What the driver is asked before anything else: whether it works, and for what it is new enough.
 * Apart from {@link DriverCalls}, so that a machine whose driver has no device learns it soon.
 */
final class DriverStart {
  private final MethodHandle init;
  private final MethodHandle driverVersion;
  private final MethodHandle errorName;
  private final MethodHandle errorString;

  DriverStart(SymbolLookup library) {
    Functions driver = new Functions("the CUDA driver", library);
    init = driver.status("cuInit", JAVA_INT);
    driverVersion = driver.status("cuDriverGetVersion", ADDRESS);
    errorName = driver.status("cuGetErrorName", JAVA_INT, ADDRESS);
    errorString = driver.status("cuGetErrorString", JAVA_INT, ADDRESS);
  }

  /** For example {@code CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected}. */
  String describe(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment text = arena.allocate(ADDRESS);
      int named = (int) errorName.invokeExact(status, text);
      String name =
          named == DriverCalls.SUCCESS ? Functions.string(text.get(ADDRESS, 0)) : "CUresult";
      int described = (int) errorString.invokeExact(status, text);
      return name
          + " ("
          + status
          + ")"
          + (described == DriverCalls.SUCCESS ? ": " + Functions.string(text.get(ADDRESS, 0)) : "");
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** cuInit. */
  int init() {
    try {
      return (int) init.invokeExact(0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** The newest CUDA version that the driver supports, 1000 * major + 10 * minor; 0 if it fails. */
  int version() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocate(JAVA_INT);
      int status = (int) driverVersion.invokeExact(number);
      return status == DriverCalls.SUCCESS ? number.get(JAVA_INT, 0) : 0;
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }
}
