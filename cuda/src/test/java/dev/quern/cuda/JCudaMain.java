package dev.quern.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import jcuda.jcudnn.JCudnn;

/** What {@link JCudaTest} runs in a process of its own: everything as users have it. */
final class JCudaMain {
  private JCudaMain() {}

  public static void main(String[] arguments) throws IOException {
    CudaLibraries libraries = CudaLibraries.ofThisProcess();
    System.out.println("problem: " + libraries.problem());
    System.out.println("temporary: " + System.getProperty("java.io.tmpdir"));
    libraries.report().forEach(System.out::println);
    if (libraries.problem() != null) {
      System.out.println("again: " + CudaLibraries.ofThisProcess().problem());
      return;
    }
    System.out.println(libraries.versions());
    mapped();
    Blas blas = libraries.newBlas();
    System.out.println("blas: " + blas.implementation());
    BindingsTest.useBlas(blas);
    new StubLibraries.Recording(libraries.symbols(CudaLibrary.CUBLAS))
        .calls()
        .forEach(System.out::println);
    if (libraries.major() == CudaLibrary.OLDEST_CUDA) {
      failures(libraries);
      allocations(libraries);
    }
    System.out.println("cudnn: " + JCudnn.cudnnGetVersion());
    CUstream stream = new CUstream();
    Handles.set(stream, 0x7fee_0000_1234L);
    int status = JCudaDriver.cuStreamSynchronize(stream);
    System.out.println(String.format(Locale.ROOT, "stream: %d %x", status, Handles.number(stream)));
    new StubLibraries.Recording(libraries.symbols(CudaLibrary.DRIVER))
        .calls()
        .forEach(System.out::println);
    System.out.println("second: " + CudaLibraries.ofThisProcess().problem());
  }

  private static void failures(CudaLibraries libraries) {
    StubLibraries.Recording cublas =
        new StubLibraries.Recording(libraries.symbols(CudaLibrary.CUBLAS));
    try (Blas blas = libraries.newBlas()) {
      cublas.fail(7);
      blas.run(new GemmCall(BindingsTest.ONE), 1, 2, 3);
    } catch (RuntimeException e) {
      System.out.println(e);
    }
    cublas.fail(0);
  }

  /** Once all has been compiled that will be. */
  private static void allocations(CudaLibraries libraries) {
    var threads =
        (com.sun.management.ThreadMXBean) java.lang.management.ManagementFactory.getThreadMXBean();
    GemmCall call = new GemmCall(BindingsTest.ONE);
    long least = Long.MAX_VALUE;
    try (Blas blas = libraries.newBlas()) {
      for (int i = 0; i < 20; i++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int j = 0; j < 500; j++) {
          blas.run(call, 1, 2, 3);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
    }
    System.out.println("allocated: " + least);
  }

  /** JCuda's own natives, by where they are mapped from. */
  private static void mapped() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      lines
          .filter(line -> line.contains("/libJC"))
          .map(line -> "mapped: " + line.substring(line.indexOf('/')))
          .distinct()
          .forEach(System.out::println);
    }
  }
}
