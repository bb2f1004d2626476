package dev.quern.bench.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A browser without a window. */
final class Chromium {
  /** A page takes a few seconds, on a busy machine some more. */
  private static final long MOST_SECONDS = 120;

  private static final long LOOK_AGAIN_MILLIS = 20;

  private static final List<String> FLAGS =
      List.of(
          "--headless",
          "--no-sandbox", // which root may not have
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--host-resolver-rules=MAP * ~NOTFOUND", // whatever a browser itself asks, it stays here
          "--no-proxy-server",
          "--virtual-time-budget=30000",
          "--dump-dom");

  private final Path program;

  private Chromium(Path program) {
    this.program = program;
  }

  /** The one on this machine; without one, the test is skipped. */
  static Chromium find() {
    Optional<Path> program =
        Stream.of("chromium", "chromium-browser", "google-chrome")
            .flatMap(
                name ->
                    Stream.of(System.getenv("PATH").split(":", -1))
                        .map(folder -> Path.of(folder, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        program.isPresent(),
        "there is no Chromium to look at the page with; Debian's package is chromium");
    return new Chromium(program.orElseThrow());
  }

  /**
   * A page as it is after its scripts, as HTML.
   *
   * @param page the file
   * @param dark whether it is to be dark
   * @param folder an empty one for all that the browser writes
   */
  String open(Path page, boolean dark, Path folder) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(program.toString()));
    command.addAll(FLAGS);
    command.add("--user-data-dir=" + folder.resolve("profile"));
    command.add("--blink-settings=preferredColorScheme=" + (dark ? 0 : 1));
    command.add(page.toUri().toString());
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    assertThat(ended(process))
        .as("Chromium ended within %d s; it said: %s", MOST_SECONDS, Files.readString(err))
        .isTrue();
    return Files.readString(out);
  }

  /**
   * Waits for a browser and all that it started: they may write to its folder until they end. Out
   * of time, they are ended; returns whether that was not so.
   */
  private static boolean ended(Process process) throws InterruptedException {
    Set<ProcessHandle> all = new HashSet<>(Set.of(process.toHandle()));
    long start = System.nanoTime();
    try {
      while (all.stream().anyMatch(ProcessHandle::isAlive)) {
        if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(MOST_SECONDS)) {
          return false;
        }
        process.descendants().forEach(all::add);
        Thread.sleep(LOOK_AGAIN_MILLIS);
      }
      return true;
    } finally {
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }
}
