package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.quern.train.data.SyntheticDigits;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.jr.ob.JSON;

/** A bundle, made once from what Maven has packaged, and used as on a host that has nothing. */
class BundleTest {
  private static final long MOST_BYTES = 20_000_000;

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path JDK = Path.of(System.getProperty("java.home"));

  @TempDir private static Path folder;
  private static @Nullable Path bundle;

  private Path archive;

  @BeforeEach
  void make() throws Exception {
    archive = folder.resolve("quern.tar.xz");
    if (bundle != null) {
      return;
    }
    assumeTrue(
        Files.isDirectory(Path.of("target", "lib")),
        "NOT TESTED: the jars are not there; mvn verify packs them first");
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && System.getProperty("os.arch").equals("amd64"),
        "NOT TESTED: a bundle is for Linux on x86-64");
    for (String tool : List.of("bash", "tar", "xz", "sha256sum")) {
      assumeTrue(
          Stream.of("/usr/bin", "/bin").anyMatch(bin -> Files.isExecutable(Path.of(bin, tool))),
          "NOT TESTED: a bundle needs " + tool);
    }
    Outcome packed =
        run(Map.of(), ROOT.resolve("packaging/bundle.sh"), "--jdk", JDK, "--out", archive);
    assertThat(packed.code()).as(packed.err()).isZero();
    assertThat(packed.out()).startsWith(archive.toString()).hasLineCount(1);
    Path empty = Files.createDirectories(folder.resolve("an empty folder"));
    assertThat(run(Map.of(), Path.of("tar"), "-xf", archive, "-C", empty).code()).isZero();
    try (Stream<Path> found = Files.list(empty)) {
      bundle = found.findFirst().orElseThrow();
    }
  }

  /** Where it was unpacked. */
  private static Path bundle() {
    if (bundle == null) {
      throw new IllegalStateException("it has not been made");
    }
    return bundle;
  }

  @Test
  void smallEnoughToCarry() throws IOException {
    assertThat(Files.size(archive)).isLessThanOrEqualTo(MOST_BYTES);
  }

  @Test
  void trainsOnAHostWithoutJava() throws Exception {
    Outcome mnist =
        run(
            Map.of(),
            bundle().resolve("quern"),
            "mnist",
            "--device",
            "cpu",
            "--data",
            "synthetic",
            "--epochs",
            "1");
    assertThat(mnist.code()).as(mnist.err()).isZero();
    assertThat(mnist.out()).containsPattern("(?m)^Test accuracy: 0\\.9\\d+$");
  }

  /** Most of java.desktop is left out of the runtime; what reads pictures must be there. */
  @ParameterizedTest
  @ValueSource(strings = {"digit.png", "digit.jpg"})
  void readsPictures(String name) throws Exception {
    Path out = folder.resolve("trained for " + name);
    Path quern = bundle().resolve("quern");
    Path data = DigitFiles.write(folder.resolve("digits"), 500, 10);
    run(Map.of(), quern, "mnist", "--device", "cpu", "--epochs", "1", "--data", data, "--out", out);
    Path picture =
        Pictures.writeDrawn(folder.resolve(name), SyntheticDigits.draw(1, 1), 0, 4, 9, 5);
    Path model = out.resolve("model.safetensors");
    Map<String, String> screen = Map.of("DISPLAY", ":7"); // there is none, and none is needed
    Outcome seen =
        run(screen, quern, "predict", model, picture, "--device", "cpu", "--mnist-style");
    assertThat(seen.code()).as(seen.err()).isZero();
    assertThat(seen.out()).startsWith(picture.toString()).hasLineCount(1);
  }

  @Test
  void listsDevices() throws Exception {
    Outcome devices = run(Map.of(), bundle().resolve("quern"), "devices");
    assertThat(devices.code()).as(devices.err()).isZero();
    assertThat(devices.out()).containsPattern("(?m)^cpu .* Vector API .* yes|yes .* Vector API");
  }

  @Test
  void hasTheSuite() throws Exception {
    Outcome suite =
        run(
            Map.of(),
            bundle().resolve("quern"),
            "conformance",
            "--device",
            "cpu",
            "--case",
            "relu/1");
    assertThat(suite.code()).as(suite.out() + suite.err()).isZero();
    assertThat(suite.out()).containsPattern("(?m)^[1-9]\\d* passed, 0 failed, 0 skipped$");
  }

  @Test
  void hasNoJmh() throws Exception {
    Path json = folder.resolve("jmh.json");
    Outcome bench =
        run(Map.of(), bundle().resolve("quern"), "bench", "--device", "cpu", "--jmh", json);
    assertThat(bench.code()).isEqualTo(1);
    assertThat(bench.err())
        .contains("quern: JMH is not on the class path: ")
        .doesNotContain("\tat ");
    assertThat(json).doesNotExist();
    try (Stream<Path> files = Files.walk(bundle())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .noneMatch(name -> name.contains("jmh") || name.startsWith("commons-math"));
    }
  }

  /** A module that is missing would show in the rarest of commands only. */
  @Test
  void runtimeHasEveryModuleThatTheJarsName() throws IOException {
    List<String> arguments =
        new ArrayList<>(List.of("--multi-release", "25", "--ignore-missing-deps", "-s"));
    try (Stream<Path> jars = Files.list(bundle().resolve("lib"))) {
      jars.map(Path::toString).filter(name -> name.endsWith(".jar")).forEach(arguments::add);
    }
    StringWriter out = new StringWriter();
    PrintWriter writer = new PrintWriter(out);
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    assertThat(jdeps.run(writer, writer, arguments.toArray(String[]::new))).as("%s", out).isZero();
    String present = Files.readString(bundle().resolve("runtime/release"));
    List<String> needed =
        Pattern.compile("-> ((?:java|jdk)\\.\\S+)")
            .matcher(out.toString())
            .results()
            .map(found -> found.group(1))
            .distinct()
            .toList();
    assertThat(needed).contains("java.base", "jdk.incubator.vector");
    assertThat(needed).allSatisfy(module -> assertThat(present).containsPattern("\\b" + module));
  }

  /** As on a GPU host, but quickly, and as a rule without a GPU: whatever fails, it goes on. */
  @Test
  void gpuCheckKeepsItsTimeAndReportsEveryStep() throws Exception {
    Path results = folder.resolve("results");
    long begun = System.nanoTime();
    Outcome check =
        run(
            Map.of("QUERN_CHECK_QUICK", "1", "QUERN_CHECK_SECONDS", "15"),
            bundle().resolve("bench/gpu-check.sh"),
            results);
    assertThat(TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun)).isLessThan(45);
    assertThat(check.code()).as(check.err()).isBetween(0, 1);
    try (Stream<Path> files = Files.list(results)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("log.txt", "summary.json", "summary.md");
    }
    Map<String, Object> summary =
        JSON.std.mapFrom(Files.readString(results.resolve("summary.json")));
    if (!(summary.get("steps") instanceof List<?> steps)) {
      throw new AssertionError("there are no steps in " + summary);
    }
    assertThat(steps)
        .hasSizeGreaterThanOrEqualTo(14)
        .allSatisfy(
            step -> assertThat(((Map<?, ?>) step).get("outcome")).isIn("ok", "failed", "left out"));
    assertThat(Files.readAllLines(results.resolve("summary.md")))
        .hasSize(steps.size() + 6)
        .anySatisfy(line -> assertThat(line).startsWith("| devices | ok | "));
  }

  /** With no variables but these, and few programs. */
  private static Outcome run(Map<String, String> environment, Path program, Object... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    Stream.of(arguments).map(Object::toString).forEach(command::add);
    Path out = Files.createTempFile(folder, "out", "");
    Path err = Files.createTempFile(folder, "err", "");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", program).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
