package dev.quern.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.core.DeviceException;
import dev.quern.cuda.LtFunctions.Kind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * NVIDIA's own libraries, where the machine has them or the profile {@code cuda-redist} has fetched
 * them: that they have our functions and know our numbers. None of it needs a GPU.
 */
final class RealLibrariesTest {
  private static final LibrarySearch SEARCH =
      new LibrarySearch("target/cuda-redist", System.getenv(), Path.of("/"));

  private static LibraryOpener.Opened open(CudaLibrary library) {
    List<Path> files =
        library.versions().stream()
            .filter(version -> version != CudaLibrary.CUDNN_VERSION - 1)
            .flatMap(version -> SEARCH.find(library.fileName(version)).stream())
            .toList();
    assumeTrue(!files.isEmpty(), "NOT TESTED: " + library.title() + " is not on this machine");
    return new LibraryOpener(true, Arena.global()).openFirst(files);
  }

  private static Nvrtc nvrtc() {
    LibraryOpener.Opened library = open(CudaLibrary.NVRTC);
    LibraryOpener opener = new LibraryOpener(true, Arena.global());
    for (Path file :
        LibrarySearch.entries(LibrarySet.folderOf(library.file()), "libnvrtc-builtins.so")) {
      opener.open(file);
    }
    return new Nvrtc(library.symbols());
  }

  @Test
  void nvrtcCompilesForWhatItKnowsAndForWhatIsNewer() throws Exception {
    Nvrtc nvrtc = nvrtc();
    String source = "extern \"C\" __global__ void twice(float* x) { x[threadIdx.x] *= FACTOR; }";
    int[] known = nvrtc.architectures();
    assertThat(known).contains(75, 90);
    for (int architecture : known) {
      byte[] code = nvrtc.compile(source, "twice.cu", architecture, List.of("-DFACTOR=2"));
      assertThat(new String(code, 1, 3, StandardCharsets.US_ASCII)).isEqualTo("ELF");
    }
    byte[] code = nvrtc.compile(source, "twice.cu", 990, List.of("-DFACTOR=2"));
    assertThat(new String(code, StandardCharsets.US_ASCII))
        .contains(".target sm_" + known[known.length - 1], ".entry twice")
        .endsWith("\0"); // without which cuModuleLoadData would read on
  }

  @Test
  void nvrtcSaysWhatIsWrong() {
    Nvrtc nvrtc = nvrtc();
    String source = "__global__ void f() { a; }\n__global__ void g() { b; }";
    assertThatThrownBy(() -> nvrtc.compile(source, "two.cu", 90, List.of()))
        .isInstanceOfSatisfying(
            Nvrtc.CompilationException.class,
            e ->
                assertThat(e.log().lines())
                    .contains(
                        "two.cu(1): error: identifier \"a\" is undefined",
                        "two.cu(2): error: identifier \"b\" is undefined"));
    assertThatThrownBy(() -> nvrtc.compile("", "none.cu", 90, List.of("--nonsense")))
        .isInstanceOfSatisfying(
            Nvrtc.CompilationException.class, e -> assertThat(e.log()).contains("--nonsense"));
    assertThatThrownBy(() -> nvrtc.compile("", "none.cu", 10, List.of()))
        .isInstanceOf(DeviceException.class)
        .hasMessageEndingWith("does not compile for compute capability 10");
  }

  /** Sizes and numbers of attributes: a wrong one is refused, and what was set reads back. */
  @Test
  void cublasLtKnowsTheAttributes() throws Throwable {
    SymbolLookup library = open(CudaLibrary.CUBLAS_LT).symbols();
    LtFunctions lt = new LtFunctions(library);
    long descriptor = lt.createDescriptor(68, 0);
    lt.set(Kind.DESCRIPTOR, descriptor, 3, 1);
    lt.set(Kind.DESCRIPTOR, descriptor, 7, 6);
    lt.set(Kind.DESCRIPTOR, descriptor, 8, 0x7000L);
    assertThat(get(library, "cublasLtMatmulDesc", descriptor, 0, 4)).isEqualTo(68);
    assertThat(get(library, "cublasLtMatmulDesc", descriptor, 3, 4)).isEqualTo(1);
    assertThat(get(library, "cublasLtMatmulDesc", descriptor, 7, 4)).isEqualTo(6);
    assertThat(get(library, "cublasLtMatmulDesc", descriptor, 8, 8)).isEqualTo(0x7000);
    long layout = lt.createLayout(0, 5, 7, 9);
    lt.set(Kind.LAYOUT, layout, 5, 3);
    lt.set(Kind.LAYOUT, layout, 6, 1L << 33);
    assertThat(Stream.of(2, 3, 4, 6).map(a -> get(library, "cublasLtMatrixLayout", layout, a, 8)))
        .containsExactly(5L, 7L, 9L, 1L << 33);
    assertThat(get(library, "cublasLtMatrixLayout", layout, 5, 4)).isEqualTo(3);
    long preference = lt.createPreference();
    lt.set(Kind.PREFERENCE, preference, 1, 1L << 33);
    assertThat(get(library, "cublasLtMatmulPreference", preference, 1, 8)).isEqualTo(1L << 33);
    for (int alignment = 5; alignment <= 8; alignment++) {
      lt.set(Kind.PREFERENCE, preference, alignment, 16);
      assertThat(get(library, "cublasLtMatmulPreference", preference, alignment, 4)).isEqualTo(16);
    }
    assertThatThrownBy(() -> lt.set(Kind.DESCRIPTOR, descriptor, 8, 5))
        .hasMessageEndingWith("failed with CUBLAS_STATUS_INVALID_VALUE (7)");
    lt.destroy(Kind.DESCRIPTOR, descriptor);
    lt.destroy(Kind.LAYOUT, layout);
    lt.destroy(Kind.PREFERENCE, preference);
  }

  private static long get(SymbolLookup library, String stem, long object, int attribute, int size) {
    MethodHandle get =
        new Functions("cuBLASLt", library)
            .status(stem + "GetAttribute", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_LONG);
      MemorySegment written = arena.allocate(JAVA_LONG);
      int status = (int) get.invokeExact(object, attribute, value, (long) size, written);
      assertThat(status).as("%s attribute %d", stem, attribute).isZero();
      return size == Integer.BYTES ? value.get(JAVA_INT, 0) : value.get(JAVA_LONG, 0);
    } catch (Throwable e) {
      throw Functions.unexpected(e);
    }
  }

  /** With a driver but no device, or none at all, a handle is refused; with one it is made. */
  @Test
  void handlesAreMadeOrRefusedByName() {
    open(CudaLibrary.CUBLAS_LT);
    SymbolLookup library = open(CudaLibrary.CUBLAS).symbols();
    try {
      new ForeignBlas(library).close();
    } catch (DeviceException e) {
      assertThat(e).hasMessageStartingWith("cuBLAS: cublasCreate failed with CUBLAS_STATUS_");
    }
  }

  @Test
  void whatCudnnWasBuiltForIsReadFromItsFilesAsItSaysItself() {
    LibraryOpener.Opened library = open(CudaLibrary.CUDNN);
    long cuda = LibraryVersions.cudaOfCudnn(library.symbols()) / 1000;
    assertThat(LibrarySet.cudaOf(library.file())).isEqualTo((int) cuda);
    assertThat(LibraryVersions.of(CudaLibrary.CUDNN, library.symbols())).startsWith("9.");
  }
}
