package dev.quern.cuda;

import dev.quern.dialect.Program;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** A compiled program; one more time for each other axis that a launch needs as the long one. */
final class CudaProgram implements Program, AutoCloseable {
  private final IntFunction<CUmodule> loader;
  private final Map<Integer, CUmodule> modules = new HashMap<>();

  /**
   * A program that is loaded when a function is asked for.
   *
   * @param loader compiles and loads it for a long axis; see {@link Grid}
   */
  CudaProgram(IntFunction<CUmodule> loader) {
    this.loader = loader;
  }

  /** The CUfunction of that name. */
  synchronized long function(String name, int longAxis, String what) {
    CUmodule module = modules.computeIfAbsent(longAxis, loader::apply);
    CUfunction function = new CUfunction();
    CudaStatus.check(
        JCudaDriver.cuModuleGetFunction(function, module, name),
        "cuModuleGetFunction of " + name + " for " + what);
    return Handles.number(function);
  }

  @Override
  public synchronized void close() {
    modules.values().forEach(JCudaDriver::cuModuleUnload);
    modules.clear();
  }
}
