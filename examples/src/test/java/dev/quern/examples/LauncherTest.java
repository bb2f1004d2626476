package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own, where {@code java} and {@code mvn} are scripts that say how
 * they were called: what is tested is the choice of the JDK and of the options.
 */
class LauncherTest {
  @TempDir private Path folder;
  private LauncherTree tree;

  @BeforeEach
  void plant() throws IOException {
    tree = new LauncherTree(folder);
    tree.file("examples/target/quern-examples-1.jar");
    tree.file("examples/target/quern.jsa"); // empty: none, and not to be made
    tree.file("examples/target/lib/other-2.jar");
    tree.file("examples/target/suite/suite-3.jar");
    tree.file("jmh/target/quern-jmh-1.jar");
    tree.file("jmh/target/lib/jmh-core-4.jar");
    Files.createDirectories(tree.root().resolve("core/src/main"));
    tree.file("pom.xml");
    Files.setLastModifiedTime(
        tree.file("examples/target/lib/.built"), FileTime.from(Instant.now().plusSeconds(3600)));
  }

  @Test
  void withoutAJdkOneSentenceSaysHowToGetOne() throws Exception {
    assumeTrue(
        noJdkInPlacesThatCannotBeHidden(), "a JDK lies in a folder that is always looked in");
    tree.jdk("old", "17.0.2");
    Outcome outcome = tree.run(Map.of("QUERN_JVM_FOLDER", folder.toString()), "devices");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err())
        .startsWith("quern: no JDK 25 or newer was found; install one")
        .contains("QUERN_JAVA_HOME")
        .hasLineCount(1);
  }

  @Test
  void jdkThatIsTooOldIsPassedOver() throws Exception {
    Path old = tree.jdk("jvm/old", "1.8.0_402");
    tree.jdk("jvm/young", "26-ea");
    Outcome outcome =
        tree.run(
            Map.of("JAVA_HOME", old.toString(), "QUERN_JVM_FOLDER", folder + "/jvm"), "devices");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.out()).startsWith("26-ea\n");
  }

  @Test
  void runtimeWithoutCompilerIsPassedOver() throws Exception {
    Path runtime = tree.jdk("runtime", "26");
    Files.delete(runtime.resolve("bin/javac"));
    tree.jdk("jvm/whole", "25.0.1");
    Outcome outcome =
        tree.run(
            Map.of("JAVA_HOME", runtime.toString(), "QUERN_JVM_FOLDER", folder + "/jvm"),
            "devices");
    assertThat(outcome.out()).startsWith("25.0.1\n");
  }

  @Test
  void jdkThatIsMeantComesFirst() throws Exception {
    Path meant = tree.jdk("meant", "25.0.3");
    Path other = tree.jdk("other", "27");
    Outcome outcome =
        tree.run(
            Map.of("QUERN_JAVA_HOME", meant.toString(), "JAVA_HOME", other.toString()), "devices");
    assertThat(outcome.out()).startsWith("25.0.3\n");
  }

  @Test
  void argumentsArriveWholeAndOptionsComeBeforeThem() throws Exception {
    Outcome outcome =
        tree.run(
            Map.of(
                "QUERN_JAVA_HOME",
                tree.jdk("jdk", "25").toString(),
                "QUERN_JAVA_OPTS",
                "-Xmx1g -Da=b"),
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
        .contains(tree.root() + "/examples/target/quern-examples-1.jar")
        .contains(tree.root() + "/examples/target/lib/other-2.jar");
  }

  @Test
  void jmhIsThereForItsOptionAndBehindTheRest() throws Exception {
    Map<String, String> environment = Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString());
    String jars = "/jmh/target/quern-jmh-1.jar:" + tree.root() + "/jmh/target/lib/jmh-core-4.jar\n";
    String last = "/examples/target/lib/other-2.jar";
    assertThat(tree.run(environment, "bench", "--jmh", "file").out())
        .contains(last + ":" + tree.root() + jars);
    assertThat(tree.run(environment, "bench", "--jmh=file").out())
        .contains(last + ":" + tree.root() + jars);
    assertThat(tree.run(environment, "bench", "--json", "jmh").out()).contains(last + "\n");
  }

  @Test
  void collectorAndVectorsCanBeChosen() throws Exception {
    Outcome outcome =
        tree.run(
            Map.of(
                "QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString(),
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
    Path link = Files.createSymbolicLink(tree.home().resolve("link"), Path.of("../a tree/quern"));
    Path linkToLink = Files.createSymbolicLink(folder.resolve("quern"), link);
    Outcome outcome =
        tree.run(
            linkToLink, Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString()), "devices");
    assertThat(outcome.code()).as(outcome.err()).isZero();
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).contains("/a tree/examples/target/quern-examples-1.jar");
  }

  @Test
  void nothingBuiltAndNoMavenIsASentence() throws Exception {
    Files.delete(tree.root().resolve("examples/target/lib/.built"));
    Outcome outcome =
        tree.run(Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString()), "devices");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.err()).startsWith("quern: Maven ").contains("'mvn'").hasLineCount(1);
  }

  @Test
  void newerSourceIsBuiltOnceAndAFailedBuildSaysWhereItsLogIs() throws Exception {
    Path source = Files.createFile(tree.root().resolve("core/src/main/New.java"));
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(7200)));
    Map<String, String> environment = Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString());
    LauncherTree.script(
        folder.resolve("bin/mvn"),
        "#!" + LauncherTree.BASH + "\necho 'it does not compile'\nexit 1\n");
    Outcome failed = tree.run(environment, "devices");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err())
        .contains("it does not compile")
        .contains(
            "the build failed; the whole log is in " + tree.root() + "/target/quern-build.log");

    Files.setLastModifiedTime(source, FileTime.from(Instant.now().minusSeconds(60)));
    LauncherTree.script(
        folder.resolve("bin/mvn"),
        "#!"
            + LauncherTree.BASH
            + """

            mkdir -p examples/target/lib
            echo built >>calls
            echo of no interest
            """);
    assertThat(tree.run(environment, "devices").out()).doesNotContain("of no interest");
    assertThat(tree.run(environment, "devices").err()).doesNotContain("building");
    assertThat(tree.root().resolve("calls")).hasContent("built");
  }

  @Test
  void peersAreBuiltOnceAndForBenchAlone() throws Exception {
    tree.file("peers/pom.xml");
    tree.file("peers/first/pom.xml");
    tree.file("peers/second/pom.xml");
    Files.setLastModifiedTime(
        tree.root().resolve("examples/target/lib/.built"), FileTime.from(Instant.now()));
    Map<String, String> environment = Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString());
    LauncherTree.script(
        folder.resolve("bin/mvn"),
        "#!" + LauncherTree.BASH + "\necho \"$@\" >>calls\necho of no interest\n");
    assertThat(tree.run(environment, "devices", "--peers").out()).doesNotContain("quern.peers");
    assertThat(tree.root().resolve("calls")).doesNotExist();

    Outcome first = tree.run(environment, "bench", "--peers", "--case", "gemm");
    assertThat(first.err()).startsWith("quern: building the peers (once; downloads ");
    assertThat(first.out().lines())
        .containsSubsequence("-Dquern.peers=" + tree.root() + "/peers", "-cp", "bench", "--peers")
        .doesNotContain("of no interest");
    assertThat(tree.root().resolve("calls"))
        .content()
        .contains("-Ppeers -pl peers/first,peers/second -am package")
        .hasLineCount(1);

    assertThat(tree.run(environment, "bench", "--peers").err()).isEmpty();
    Files.setLastModifiedTime(
        tree.root().resolve("peers/second/pom.xml"),
        FileTime.from(Instant.now().plusSeconds(7200)));
    assertThat(tree.run(environment, "bench", "--peers").err()).contains("building the peers");
  }

  @Test
  void failedBuildOfThePeersSaysWhereItsLogIs() throws Exception {
    tree.file("peers/pom.xml");
    LauncherTree.script(
        folder.resolve("bin/mvn"), "#!" + LauncherTree.BASH + "\necho 'no such jar'\nexit 1\n");
    Outcome failed =
        tree.run(Map.of("QUERN_JAVA_HOME", tree.jdk("jdk", "25").toString()), "bench", "--peers");
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err())
        .contains("no such jar")
        .contains("the whole log is in " + tree.root() + "/target/quern-peers-build.log");
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
