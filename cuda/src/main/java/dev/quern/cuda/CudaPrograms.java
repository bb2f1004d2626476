package dev.quern.cuda;

import dev.quern.core.DeviceException;
import dev.quern.dialect.CompilerLog;
import dev.quern.dialect.KernelSource;
import dev.quern.dialect.ProgramCache;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jcuda.Pointer;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * The programs of one device: each compiled once by NVRTC, or read from an earlier process's disk.
 */
final class CudaPrograms implements AutoCloseable {
  private final CudaDevice device;
  private final @Nullable ProgramCache cache;
  private final Map<String, CudaProgram> programs = new HashMap<>();

  CudaPrograms(CudaDevice device) {
    this.device = device;
    cache = ProgramCache.ofUser(device.info().backend());
  }

  /**
   * A program.
   *
   * @param what the spec that needs it, for messages
   * @param files names of kernel sources
   * @param defines its macros, {@code NAME=value}
   */
  synchronized CudaProgram get(String what, List<String> files, String... defines) {
    List<String> macros = List.of(defines);
    return programs.computeIfAbsent(
        files + " " + macros,
        name -> new CudaProgram(longAxis -> load(what, files, macros, longAxis)));
  }

  private CUmodule load(String what, List<String> files, List<String> macros, int longAxis) {
    List<String> options = new ArrayList<>();
    // The dialect contracts nothing by itself: FMA says where.
    options.addAll(List.of("--std=c++17", "--fmad=false"));
    macros.forEach(macro -> options.add("-D" + macro));
    if (longAxis != 0) {
      options.add("-DLONG_AXIS=" + longAxis);
    }
    String source = KernelSource.of(files.toArray(String[]::new));
    String key =
        ProgramCache.key(device.traits().key(), device.architecture() + " " + options, source);
    byte[] kept = cache == null ? null : cache.read(key);
    if (kept != null) {
      CUmodule module = new CUmodule();
      if (loadData(module, kept) == CudaStatus.SUCCESS) {
        return module;
      }
    }
    byte[] compiled = compile(what, source, files, options);
    CUmodule module = new CUmodule();
    CudaStatus.check(
        loadData(module, compiled), "cuModuleLoadData for " + what + " on " + device.id());
    if (cache != null) {
      cache.write(key, compiled);
    }
    return module;
  }

  private byte[] compile(String what, String source, List<String> files, List<String> options) {
    try {
      return device
          .libraries()
          .nvrtc()
          .compile(source, String.join("+", files), device.architecture(), options);
    } catch (Nvrtc.CompilationException e) {
      throw new DeviceException(
          "%s cannot be compiled for %s (%s): %s"
              .formatted(what, device.id(), device.info().name(), CompilerLog.firstError(e.log())),
          e);
    }
  }

  /** In memory outside the heap, which JDK 25.0.0 to 25.0.2 may move under G1 (JDK-8377811). */
  private int loadData(CUmodule module, byte[] image) {
    device.enter();
    ByteBuffer direct = ByteBuffer.allocateDirect(image.length + 1); // PTX ends in a 0
    direct.put(image).put((byte) 0).flip();
    return JCudaDriver.cuModuleLoadDataEx(
        module, Pointer.toBuffer(direct), 0, new int[0], new Pointer());
  }

  @Override
  public synchronized void close() {
    programs.values().forEach(CudaProgram::close);
    programs.clear();
  }
}
