package dev.quern.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where libraries are looked for, on machines that are folders. */
final class LibrarySearchTest {
  @TempDir private Path root;

  private void folders(String... names) {
    for (String name : names) {
      try {
        Files.createDirectories(root.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void file(String name, String... lines) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, List.of(lines));
  }

  private LibrarySearch search(@Nullable String property, Map<String, String> environment) {
    return new LibrarySearch(property, environment, root);
  }

  /** The folders below the root, each with why it is looked into. */
  private List<String> places(LibrarySearch search) {
    return search.places().stream()
        .map(place -> root.relativize(place.folder()) + ": " + place.origin())
        .toList();
  }

  @Test
  void anEmptyMachineHasNoPlaces() {
    assertThat(search(null, Map.of()).places()).isEmpty();
    assertThat(search("", Map.of("CUDA_HOME", "", "PATH", "", "HOME", "")).places()).isEmpty();
  }

  @Test
  void theMostSpecificComesFirst() throws IOException {
    folders("opt/mine", "opt/mine2", "opt/home/lib64", "opt/home/targets/x86_64-linux/lib");
    folders("opt/path/lib", "opt/ld", "etc/ld.so.conf.d", "opt/conf", "usr/lib/x86_64-linux-gnu");
    folders("usr/local/nvidia/lib64", "usr/local/cuda/lib64", "usr/local/cuda-12.9/lib64");
    folders("usr/local/cuda-12.10/lib64", "usr/lib/python3/dist-packages/nvidia/cudnn/lib");
    file("etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf");
    file("etc/ld.so.conf.d/nvidia.conf", "# comment", "/opt/conf # why", "", "/opt/nowhere");
    Map<String, String> environment =
        Map.of(
            "CUDA_HOME", "/opt/home", "CUDA_PATH", "/opt/path", "LD_LIBRARY_PATH", "/opt/ld::/nix");
    assertThat(places(search("/opt/mine:/opt/mine2:", environment)))
        .containsExactly(
            "opt/mine: quern.cuda.libraries",
            "opt/mine2: quern.cuda.libraries",
            "opt/home/lib64: CUDA_HOME",
            "opt/home/targets/x86_64-linux/lib: CUDA_HOME",
            "opt/path/lib: CUDA_PATH",
            "opt/ld: LD_LIBRARY_PATH",
            "opt/conf: the loader's path",
            "usr/lib/x86_64-linux-gnu: the loader's path",
            "usr/lib: the loader's path",
            "usr/local/nvidia/lib64: a container's driver",
            "usr/local/cuda/lib64: a toolkit",
            "usr/local/cuda-12.10/lib64: a toolkit",
            "usr/local/cuda-12.9/lib64: a toolkit",
            "usr/lib/python3/dist-packages/nvidia/cudnn/lib: a Python wheel");
  }

  @Test
  void aFolderWithSeveralNamesIsOnePlace() throws IOException {
    folders("usr/local/cuda-12.6/targets/x86_64-linux/lib");
    Files.createSymbolicLink(
        root.resolve("usr/local/cuda-12.6/lib64"), Path.of("targets/x86_64-linux/lib"));
    Files.createSymbolicLink(root.resolve("usr/local/cuda"), Path.of("cuda-12.6"));
    assertThat(places(search(null, Map.of()))).containsExactly("usr/local/cuda/lib64: a toolkit");
  }

  @Test
  void loaderFilesThatIncludeEachOtherEnd() throws IOException {
    folders("opt/a", "opt/b");
    file("etc/ld.so.conf", "include ld.so.conf.d/*.conf", "/opt/a", "include /etc/ld.so.conf");
    file("etc/ld.so.conf.d/b.conf", "include /etc/ld.so.conf", "/opt/b");
    file("etc/ld.so.conf.d/b.other", "/opt/a");
    assertThat(places(search(null, Map.of())))
        .containsExactlyInAnyOrder("opt/a: the loader's path", "opt/b: the loader's path");
  }

  /** As on the machines that rent GPUs: the only trace of CUDA is what pip has installed. */
  @Test
  void wheelsOfThePythonThatAShellWouldRun() throws IOException {
    file("usr/bin/python3.12", "");
    folders("opt/torch/.venv/bin");
    Files.createSymbolicLink(
        root.resolve("opt/torch/.venv/bin/python3"), Path.of("../../../../usr/bin/python3.12"));
    String packages = "opt/torch/.venv/lib/python3.12/site-packages/nvidia/";
    folders(packages + "cu13/lib", packages + "cudnn/lib", packages + "nvtx");
    folders("usr/lib/python3.12/site-packages/nvidia/cublas/lib");
    Map<String, String> environment = Map.of("PATH", "/usr/sbin:/opt/torch/.venv/bin");
    assertThat(places(search(null, environment)))
        .containsExactly(
            "usr/lib: the loader's path",
            packages + "cu13/lib: a Python wheel",
            packages + "cudnn/lib: a Python wheel",
            "usr/lib/python3.12/site-packages/nvidia/cublas/lib: a Python wheel");
  }

  @Test
  void environmentsAndTheUsersOwnPackages() {
    String packages = "lib/python3.11/site-packages/nvidia/cudnn/lib";
    folders("venv/" + packages, "conda/" + packages, "home/u/.local/" + packages);
    folders("usr/local/" + packages);
    Map<String, String> environment =
        Map.of("VIRTUAL_ENV", "/venv", "CONDA_PREFIX", "/conda", "HOME", "/home/u");
    assertThat(places(search(null, environment)))
        .containsExactly(
            "venv/" + packages + ": a Python wheel",
            "conda/" + packages + ": a Python wheel",
            "home/u/.local/" + packages + ": a Python wheel",
            "usr/local/" + packages + ": a Python wheel");
  }

  @Test
  void versionsOfPyenv() throws IOException {
    file("home/u/.pyenv/shims/python3", "#!/bin/sh");
    String packages = "/lib/python3/site-packages/nvidia/cudnn/lib";
    for (String version : List.of("3.9.1", "3.10.2", "3.8.0")) {
      folders("home/u/.pyenv/versions/" + version + packages);
    }
    Map<String, String> environment =
        Map.of("PATH", "/home/u/.pyenv/shims", "PYENV_VERSION", "3.8.0");
    assertThat(search(null, environment).places())
        .extracting(place -> root.relativize(place.folder()).getName(4).toString())
        .containsExactly("3.8.0", "3.10.2", "3.9.1");
  }

  @Test
  void filesComeInTheOrderOfPlacesAndOnce() throws IOException {
    file("opt/a/libx.so.1", "x");
    file("opt/b/libx.so.1", "x");
    folders("opt/c/libx.so.1"); // no file
    folders("opt/d");
    Files.createSymbolicLink(root.resolve("opt/d/libx.so.1"), Path.of("../a/libx.so.1"));
    Map<String, String> environment = Map.of("LD_LIBRARY_PATH", "/opt/d:/opt/c:/opt/b:/opt/a");
    LibrarySearch search = search("/opt/b", environment);
    assertThat(search.find("libx.so.1"))
        .containsExactly(root.resolve("opt/b/libx.so.1"), root.resolve("opt/d/libx.so.1"));
    assertThat(search.findNamed("libx.so.1")).containsExactly(root.resolve("opt/b/libx.so.1"));
    assertThat(search.find("liby.so.1")).isEmpty();
  }

  @Test
  void versionsAreComparedAsNumbers() {
    assertThat(Versions.compare("cuda-12.10", "cuda-12.9")).isPositive();
    assertThat(Versions.compare("cuda-9", "cuda-12")).isNegative();
    assertThat(Versions.compare("cuda", "cuda-12")).isNegative();
    assertThat(Versions.compare("cuda-12", "cuda")).isPositive();
    assertThat(Versions.compare("cuda-12.6", "cuda-12.6")).isZero();
  }

  @Test
  void versionsAreReadAsTheyAreMeant() {
    assertThat(Versions.ofCuda(12060)).isEqualTo("12.6");
    assertThat(Versions.ofCuda(13000)).isEqualTo("13.0");
    assertThat(Versions.ofCudnn(90501)).isEqualTo("9.5.1");
    assertThat(Versions.ofCudnn(8907)).isEqualTo("8.9.7");
  }

  @Test
  void devicesAreCompiledForByTheirMajor() {
    int[] known = {75, 80, 86, 90};
    assertThat(Nvrtc.target(known, 70)).isNull();
    assertThat(Nvrtc.target(known, 75)).isEqualTo("sm_75");
    assertThat(Nvrtc.target(known, 87)).isEqualTo("sm_86");
    assertThat(Nvrtc.target(known, 89)).isEqualTo("sm_86");
    assertThat(Nvrtc.target(known, 90)).isEqualTo("sm_90");
    assertThat(Nvrtc.target(known, 100)).isEqualTo("compute_90");
    assertThat(Nvrtc.target(new int[] {100, 110, 120}, 121)).isEqualTo("sm_120");
  }
}
