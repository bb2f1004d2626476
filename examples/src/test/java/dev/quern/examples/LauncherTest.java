package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, where {@code java} and {@code mvn} are scripts that say how
 * they were called: what is tested is the choice of the JDK and of the options.
 */
class LauncherTest {
  private static final Path BASH = tool("bash");
  private static final List<String> TOOLS =
      List.of("bash", "dirname", "find", "mkdir", "mv", "readlink", "rm", "tail", "touch");
  private static final String SAYS_HOW_IT_WAS_CALLED = "#!" + BASH + "\nprintf '%s\\n' \"$@\"\n";

  @TempDir private Path folder;
  private Path tree;
  private Path home;

  @BeforeEach
  void plant() throws IOException {
    assumeTrue(
        !System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows"),
        "the launcher is a bash script");
    home = Files.createDirectories(folder.resolve("home"));
    tree = Files.createDirectories(folder.resolve("a tree"));
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String tool : TOOLS) {
      script(bin.resolve(tool), "#!" + BASH + "\nexec " + tool(tool) + " \"$@\"\n");
    }
    Files.copy(Path.of("..", "quern"), tree.resolve("quern"));
    Path lib = Files.createDirectories(tree.resolve("examples/target/lib"));
    Files.createFile(tree.resolve("examples/target/quern-examples-1.jar"));
    Files.createFile(tree.resolve("examples/target/quern.aot")); // empty: none, and not to be made
    Files.createFile(lib.resolve("other-2.jar"));
    Files.createDirectories(tree.resolve("core/src/main"));
    Files.createFile(tree.resolve("pom.xml"));
    Files.createFile(lib.resolve(".built"));
    Files.setLastModifiedTime(
        lib.resolve(".built"), FileTime.from(Instant.now().plusSeconds(3600)));
  }

  @Test
  void withoutAJdkOneSentenceSaysHowToGetOne() throws Exception {
    assumeTrue(
        noJdkInPlacesThatCannotBeHidden(), "a JDK lies in a folder that is always looked in");
    jdk("old", "17.0.2");
    Outcome outcome = run(Map.of("QUERN_JVM_FOLDER", folder.toString()), "devices");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("quern: no JDK 25 or newer was found; install one")
        .contains("QUERN_JAVA_HOME")
        .hasLineCount(1);
  }

  @Test
  void jdkThatIsTooOldIsPassedOver() throws Exception {
    Path old = jdk("jvm/old", "1.8.0_402");
    jdk("jvm/young", "26-ea");
    Outcome outcome =
        run(Map.of("JAVA_HOME", old.toString(), "QUERN_JVM_FOLDER", folder + "/jvm"), "devices");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("26-ea\n");
  }

  @Test
  void runtimeWithoutCompilerIsPassedOver() throws Exception {
    Path runtime = jdk("runtime", "26");
    Files.delete(runtime.resolve("bin/javac"));
    jdk("jvm/whole", "25.0.1");
    Outcome outcome =
        run(
            Map.of("JAVA_HOME", runtime.toString(), "QUERN_JVM_FOLDER", folder + "/jvm"),
            "devices");
    assertThat(outcome.out()).startsWith("25.0.1\n");
  }

  @Test
  void jdkThatIsMeantComesFirst() throws Exception {
    Path meant = jdk("meant", "25.0.3");
    Path other = jdk("other", "27");
    Outcome outcome =
        run(Map.of("QUERN_JAVA_HOME", meant.toString(), "JAVA_HOME", other.toString()), "devices");
    assertThat(outcome.out()).startsWith("25.0.3\n");
  }

  @Test
  void argumentsArriveWholeAndOptionsComeBeforeThem() throws Exception {
    Outcome outcome =
        run(
            Map.of(
                "QUERN_JAVA_HOME", jdk("jdk", "25").toString(), "QUERN_JAVA_OPTS", "-Xmx1g -Da=b"),
            "mnist",
            "--data",
            "my digits",
            "*");
    List<String> words = outcome.out().lines().toList();
    assertThat(words).endsWith("dev.quern.examples.Main", "mnist", "--data", "my digits", "*");
    assertThat(words)
        .containsSubsequence("-Xmx320m", "-Xmx1g", "-Da=b", "-cp")
        .containsSubsequence("--add-modules", "jdk.incubator.vector", "-cp")
        .contains("-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED");
    assertThat(words.get(words.indexOf("-cp") + 1))
        .contains(tree + "/examples/target/quern-examples-1.jar")
        .contains(tree + "/examples/target/lib/other-2.jar");
  }

  @Test
  void collectorAndVectorsCanBeChosen() throws Exception {
    Outcome outcome =
        run(
            Map.of(
                "QUERN_JAVA_HOME", jdk("jdk", "25").toString(),
                "QUERN_JAVA_OPTS", "-XX:+UseG1GC",
                "QUERN_NO_VECTOR", "1"),
            "devices");
    assertThat(outcome.out())
        .contains("-XX:+UseG1GC")
        .doesNotContain("UseSerialGC")
        .doesNotContain("jdk.incubator.vector");
  }

  @Test
  void worksThroughLinksAndFromAnyFolder() throws Exception {
    Path link = Files.createSymbolicLink(home.resolve("link"), Path.of("../a tree/quern"));
    Path linkToLink = Files.createSymbolicLink(folder.resolve("quern"), link);
    Outcome outcome =
        run(linkToLink, Map.of("QUERN_JAVA_HOME", jdk("jdk", "25").toString()), "devices");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("/a tree/examples/target/quern-examples-1.jar");
  }

  @Test
  void nothingBuiltAndNoMavenIsASentence() throws Exception {
    Files.delete(tree.resolve("examples/target/lib/.built"));
    Outcome outcome = run(Map.of("QUERN_JAVA_HOME", jdk("jdk", "25").toString()), "devices");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("quern: Maven ").contains("'mvn'").hasLineCount(1);
  }

  @Test
  void newerSourceIsBuiltOnceAndAFailedBuildSaysWhereItsLogIs() throws Exception {
    Path source = Files.createFile(tree.resolve("core/src/main/New.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(7200)));
    Map<String, String> environment = Map.of("QUERN_JAVA_HOME", jdk("jdk", "25").toString());
    script(folder.resolve("bin/mvn"), "#!" + BASH + "\necho 'it does not compile'\nexit 1\n");
    Outcome failed = run(environment, "devices");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err())
        .contains("it does not compile")
        .contains("the build failed; the whole log is in " + tree + "/target/quern-build.log");

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(60)));
    script(
        folder.resolve("bin/mvn"),
        "#!"
            + BASH
            + """

            mkdir -p examples/target/lib
            echo built >>calls
            echo of no interest
            """);
    assertThat(run(environment, "devices").out()).doesNotContain("of no interest");
    assertThat(run(environment, "devices").err()).doesNotContain("building");
    assertThat(tree.resolve("calls")).hasContent("built");
  }

  private Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return run(tree.resolve("quern"), environment, arguments);
  }

  private Outcome run(Path launcher, Map<String, String> environment, String... arguments)
      throws Exception {
    List<String> command = new ArrayList<>(List.of(BASH.toString(), launcher.toString()));
    command.addAll(List.of(arguments));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(home.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    Map<String, String> variables = builder.environment();
    variables.clear();
    variables.put("PATH", folder.resolve("bin").toString());
    variables.put("HOME", home.toString());
    variables.put("QUERN_JVM_FOLDER", home.toString());
    variables.putAll(environment);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("the launcher ends").isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  /** A folder that looks like a JDK; its java prints its version and then its arguments. */
  private Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"),
        "IMPLEMENTOR=\"nobody\"\nJAVA_RUNTIME_VERSION=\"11\"\nJAVA_VERSION=\"" + version + "\"\n");
    script(
        jdk.resolve("bin/java"),
        SAYS_HOW_IT_WAS_CALLED.replaceFirst("\n", "\necho " + version + "\n"));
    script(jdk.resolve("bin/javac"), SAYS_HOW_IT_WAS_CALLED);
    return jdk;
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.UTF_8);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private static Path tool(String name) {
    return Stream.of("/bin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
        .map(place -> Path.of(place, name))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  private static boolean noJdkInPlacesThatCannotBeHidden() throws IOException {
    if (Files.exists(Path.of("/Library/Java/JavaVirtualMachines"))) {
      return false;
    }
    if (!Files.isDirectory(Path.of("/opt"))) {
      return true;
    }
    try (Stream<Path> inOpt = Files.list(Path.of("/opt"))) {
      return inOpt.noneMatch(path -> path.getFileName().toString().contains("jdk"));
    }
  }
}
