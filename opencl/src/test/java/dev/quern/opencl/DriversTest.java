package dev.quern.opencl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.dialect.ProgramCache;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No loader, no driver, one, several: in processes of their own, as a process looks for drivers
 * once. {@link DriversMain} is what they run.
 */
final class DriversTest {
  private static final long MOST_SECONDS = 300;

  private static final String NO_DEVICE =
      "unavailable: an OpenCL loader is here, but no driver offers a device: install your GPU's"
          + " driver (for CPUs, Debian: pocl-opencl-icd)";

  @TempDir private Path folder;

  /** Starts a process that finds the drivers whose libraries are named, and no others. */
  private Process start(List<String> libraries, String... jvmOptions) throws IOException {
    Path vendors = Files.createDirectories(folder.resolve("vendors"));
    for (String library : libraries) {
      Files.writeString(vendors.resolve(libraries.indexOf(library) + ".icd"), library + "\n");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // The stack is the launcher's: PoCL compiles on the thread that launches.
    command.addAll(List.of("-XX:+UseSerialGC", "-Xss16m", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Dquern.opencl.cache=" + folder.resolve("cache"));
    command.addAll(List.of(jvmOptions));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(DriversMain.class.getName());
    // Where two processes unpack LWJGL at once, one of them does it in its working directory.
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("OCL_ICD_VENDORS", vendors.toString());
    builder.environment().put("RUSTICL_ENABLE", "llvmpipe");
    builder.environment().remove("JDK_JAVA_OPTIONS"); // which Java would mention
    return builder.redirectErrorStream(true).start();
  }

  /** Everything that the process says. */
  private static String output(Process process) throws IOException, InterruptedException {
    try {
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)).as("the process ends").isTrue();
      assertThat(process.exitValue()).as("exit code; output:%n%s", text).isZero();
      return text.strip();
    } finally {
      process.destroyForcibly();
    }
  }

  private static void assumeLoader(String output) {
    assumeTrue(!output.contains("no OpenCL loader"), "NOT TESTED: " + output);
  }

  @Test
  void withoutALoaderTheSentenceSaysWhatToInstall() throws Exception {
    // On a system of that name the loader has another name, which does not exist here.
    assertThat(output(start(List.of(), "-Dos.name=Windows")))
        .isEqualTo(
            "unavailable: no OpenCL loader (OpenCL.dll): install your GPU's driver, or your"
                + " system's package of it (Debian: ocl-icd-libopencl1)");
  }

  @Test
  void withoutADriverTheSentenceSaysWhatToInstall() throws Exception {
    String output = output(start(List.of()));
    assumeLoader(output);
    assertThat(output).isEqualTo(NO_DEVICE);
  }

  @Test
  void aDriverThatCannotBeLoadedIsNone() throws Exception {
    String output = output(start(List.of("libNoSuchOpenCL.so")));
    assumeLoader(output);
    assertThat(output).isEqualTo(NO_DEVICE);
  }

  /** Clover, the older driver of Mesa, is a platform that fails when it is asked for devices. */
  @Test
  void aPlatformOutOfOrderSpoilsNoOther() throws Exception {
    String output = output(start(List.of("libMesaOpenCL.so.1", "libNoSuchOpenCL.so", pocl())));
    assumeLoader(output);
    assertThat(output)
        .contains("available: 1 usable device")
        .contains("right: Portable Computing Language");
  }

  @Test
  void devicesOfTwoDriversComputeAtOnce() throws Exception {
    String output = output(start(List.of(pocl(), "libRusticlOpenCL.so.1")));
    assumeLoader(output);
    assumeTrue(output.contains("2 usable"), "NOT TESTED: rusticl is not installed: " + output);
    assertThat(output).contains("right: Portable Computing Language").contains("right: rusticl");
  }

  @Test
  void twoProcessesShareTheProgramsOnDisk() throws Exception {
    List<String> drivers = List.of(pocl());
    Process first = start(drivers);
    Process second = start(drivers);
    List<String> outputs = List.of(output(first), output(second));
    assumeLoader(outputs.get(0));
    assertThat(outputs).allSatisfy(output -> assertThat(output).contains("right: "));
    Path cache = folder.resolve("cache");
    List<String> names;
    try (Stream<Path> files = Files.list(cache)) {
      names = files.map(file -> file.getFileName().toString()).toList();
    }
    assertThat(names).isNotEmpty().allSatisfy(name -> assertThat(name).endsWith(".program"));
    for (String name : names) {
      String key = name.substring(0, name.indexOf('.'));
      assertThat(new ProgramCache(cache, ProgramCache.MOST_BYTES).read(key)).as(name).isNotNull();
    }
    assertThat(output(start(drivers))).contains("right: ");
  }

  /** PoCL's library, by the name that its package has registered. */
  private static String pocl() throws IOException {
    Path registered = Path.of("/etc/OpenCL/vendors/pocl.icd");
    assumeTrue(Files.exists(registered), "NOT TESTED: PoCL is not installed");
    return Files.readString(registered).strip();
  }
}
