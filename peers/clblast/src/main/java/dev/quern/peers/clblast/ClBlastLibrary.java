package dev.quern.peers.clblast;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.quern.bench.peers.NotOfferedException;
import dev.quern.bench.peers.PeerException;
import dev.quern.kernels.Gemm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The system's libclblast; see clblast_c.h. */
final class ClBlastLibrary {
  private static final String NAME = "libclblast.so.1";
  private static final Pattern FILE = Pattern.compile("libclblast\\.so\\.([0-9.]+)$");
  private static final int ROW_MAJOR = 101;
  private static final int AS_STORED = 111;
  private static final int TRANSPOSED = 112;

  private final MethodHandle sgemm;

  private ClBlastLibrary(MethodHandle sgemm) {
    this.sgemm = sgemm;
  }

  /**
   * Opens it.
   *
   * @throws NotOfferedException if it is not installed
   */
  @SuppressWarnings("restricted") // opening a library is what this is for
  static ClBlastLibrary open() {
    try {
      MemorySegment address =
          SymbolLookup.libraryLookup(NAME, Arena.global()).findOrThrow("CLBlastSgemm");
      return new ClBlastLibrary(
          Linker.nativeLinker()
              .downcallHandle(
                  address,
                  FunctionDescriptor.of(
                      JAVA_INT,
                      JAVA_INT,
                      JAVA_INT,
                      JAVA_INT, // layout, transposed a and b
                      JAVA_LONG,
                      JAVA_LONG,
                      JAVA_LONG,
                      JAVA_FLOAT, // m, n, k, alpha
                      ADDRESS,
                      JAVA_LONG,
                      JAVA_LONG, // a, offset, lead
                      ADDRESS,
                      JAVA_LONG,
                      JAVA_LONG,
                      JAVA_FLOAT, // b, offset, lead, beta
                      ADDRESS,
                      JAVA_LONG,
                      JAVA_LONG, // c, offset, lead
                      ADDRESS,
                      ADDRESS))); // queue, event
    } catch (IllegalArgumentException e) {
      throw new NotOfferedException(NAME + " is not installed (Debian: the package libclblast1)");
    }
  }

  /** From the name of the file that was opened: the library does not say it itself. */
  String version() {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.map(FILE::matcher)
          .filter(Matcher::find)
          .map(found -> found.group(1))
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }

  /** Enqueues a product; the buffers and the queue are OpenCL's handles. */
  void enqueue(Gemm.Spec spec, long a, long b, long c, MemorySegment queue) {
    int status;
    try {
      status =
          (int)
              sgemm.invokeExact(
                  ROW_MAJOR,
                  spec.transA() ? TRANSPOSED : AS_STORED,
                  spec.transB() ? TRANSPOSED : AS_STORED,
                  (long) spec.m(),
                  (long) spec.n(),
                  (long) spec.k(),
                  spec.alpha(),
                  MemorySegment.ofAddress(a),
                  0L,
                  (long) spec.lda(),
                  MemorySegment.ofAddress(b),
                  0L,
                  (long) spec.ldb(),
                  0f,
                  MemorySegment.ofAddress(c),
                  0L,
                  (long) spec.ldc(),
                  queue,
                  MemorySegment.NULL);
    } catch (Throwable e) { // the signature has it so; nothing is thrown
      throw new IllegalStateException(e);
    }
    if (status != 0) {
      throw new PeerException("CLBlastSgemm returned " + status);
    }
  }
}
