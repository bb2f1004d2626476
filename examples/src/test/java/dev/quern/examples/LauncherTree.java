package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The launcher in a tree of its own, where {@code java} is a script that says how it was called,
 * and with few other programs on the path.
 */
final class LauncherTree {
  static final Path BASH = tool("bash");

  private static final List<String> TOOLS =
      List.of("bash", "dirname", "find", "mkdir", "mv", "readlink", "rm", "tail", "touch");
  private static final String SAYS_HOW_IT_WAS_CALLED = "#!" + BASH + "\nprintf '%s\\n' \"$@\"\n";

  private final Path folder;
  private final Path root;
  private final Path home;

  /** A launcher and nothing else, in a folder that is empty. */
  LauncherTree(Path folder) throws IOException {
    assumeTrue(
        !System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("windows"),
        "the launcher is a bash script");
    this.folder = folder;
    home = Files.createDirectories(folder.resolve("home"));
    root = Files.createDirectories(folder.resolve("a tree"));
    Path bin = Files.createDirectories(folder.resolve("bin"));
    for (String tool : TOOLS) {
      script(bin.resolve(tool), "#!" + BASH + "\nexec " + tool(tool) + " \"$@\"\n");
    }
    Files.copy(Path.of("..", "quern"), root.resolve("quern"));
  }

  /** Where the launcher is. */
  Path root() {
    return root;
  }

  /** The user's folder, and the working folder of all runs. */
  Path home() {
    return home;
  }

  /** An empty file. */
  Path file(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.createFile(file);
  }

  /** Runs the launcher with these variables and hardly any others. */
  Outcome run(Map<String, String> environment, String... arguments) throws Exception {
    return run(root.resolve("quern"), environment, arguments);
  }

  /** The same through another name of it. */
  Outcome run(Path launcher, Map<String, String> environment, String... arguments)
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
  Path jdk(String name, String version) throws IOException {
    Path jdk = folder.resolve(name);
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(
        jdk.resolve("release"),
        "IMPLEMENTOR=\"nobody\"\nJAVA_RUNTIME_VERSION=\"11\"\nJAVA_VERSION=\"" + version + "\"\n");
    java(jdk, version);
    script(jdk.resolve("bin/javac"), SAYS_HOW_IT_WAS_CALLED);
    return jdk;
  }

  /** A java below a folder that prints a word and then its arguments, a line each. */
  static void java(Path folder, String word) throws IOException {
    Files.createDirectories(folder.resolve("bin"));
    script(
        folder.resolve("bin/java"),
        SAYS_HOW_IT_WAS_CALLED.replaceFirst("\n", "\necho " + word + "\n"));
  }

  /** A program. */
  static void script(Path file, String text) throws IOException {
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
}
