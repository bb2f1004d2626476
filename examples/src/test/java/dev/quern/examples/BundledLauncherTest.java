package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a bundle, whose runtime is a script that says how it was called. */
class BundledLauncherTest {
  @TempDir private Path folder;
  private LauncherTree tree;

  @BeforeEach
  void plant() throws IOException {
    tree = new LauncherTree(folder);
    tree.file("lib/quern-examples-1.jar");
    tree.file("lib/other-2.jar");
    tree.file("lib/suite/suite-3.jar");
    Files.writeString(tree.root().resolve("release"), "VERSION=\"1\"\nBUILD=\"0a1b\"\n");
    LauncherTree.java(tree.root().resolve("runtime"), "bundled");
  }

  private List<String> words(Map<String, String> environment, String... arguments)
      throws Exception {
    Outcome outcome = tree.run(environment, arguments);
    assertThat(outcome.code()).as(outcome.err()).isZero();
    return outcome.out().lines().toList();
  }

  @Test
  void itsOwnRuntimeRunsItsOwnJarsWhateverElseIsThere() throws Exception {
    Path other = tree.jdk("jdk", "27");
    List<String> words =
        words(
            Map.of("QUERN_JAVA_HOME", other.toString(), "JAVA_HOME", other.toString()),
            "devices",
            "-v");
    assertThat(words)
        .startsWith("bundled")
        .containsSubsequence("--add-modules", "jdk.incubator.vector", "-cp")
        .endsWith("dev.quern.examples.Main", "devices", "-v");
    assertThat(words.get(words.indexOf("-cp") + 1))
        .isEqualTo(tree.root() + "/lib/other-2.jar:" + tree.root() + "/lib/quern-examples-1.jar");
  }

  @Test
  void theSuiteIsThereForItsCommandAndBehindTheRest() throws Exception {
    List<String> words = words(Map.of(), "conformance", "--device", "cpu");
    assertThat(words.get(words.indexOf("-cp") + 1))
        .endsWith("/lib/quern-examples-1.jar:" + tree.root() + "/lib/suite/suite-3.jar");
  }

  @Test
  void thereAreNoPeers() throws Exception {
    Outcome outcome = tree.run(Map.of(), "bench", "--peers");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("quern: --peers needs the source tree").hasLineCount(1);
  }

  @Test
  void quickStartIsPreparedOnceForTheseJarsAlone() throws Exception {
    LauncherTree.script(
        tree.root().resolve("runtime/bin/java"),
        "#!"
            + LauncherTree.BASH
            + """

            for word; do
              case $word in
                -XX:DumpLoadedClassList=*) echo java/lang/Object >"${word#*=}"; exit ;;
                -Xshare:dump) dumps=true ;;
                -XX:SharedArchiveFile=*) archive=${word#*=} ;;
              esac
            done
            if [ "${dumps:-}" ]; then echo classes >"$archive"; exit; fi
            printf '%s\\n' "$@"
            """);
    Outcome first = tree.run(Map.of(), "devices");
    assertThat(first.err()).startsWith("quern: preparing a quick start").hasLineCount(1);
    assertThat(first.out())
        .contains("-XX:SharedArchiveFile=" + tree.root() + "/lib/quern-0a1b.jsa\n");
    assertThat(tree.run(Map.of(), "devices").err()).isEmpty();

    Files.writeString(tree.root().resolve("release"), "BUILD=\"2c3d\"\n"); // newer jars
    assertThat(tree.run(Map.of(), "devices").out()).contains("/lib/quern-2c3d.jsa\n");
  }

  @Test
  void noBundleIsMadeOfABundle() throws Exception {
    Outcome outcome = tree.run(Map.of(), "bundle");
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.out()).isEmpty();
    assertThat(outcome.err()).startsWith("quern: this is a bundle already").hasLineCount(1);
  }
}
