package dev.quern.bench.peers;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Asks a process and waits for its answers, as long as it lives and no longer than a limit. What
 * else it prints is read and thrown away, but for the last line on stderr.
 */
final class Conversation implements AutoCloseable {
  /** Of waiting for a process that was told to end, or for its last words. */
  private static final Duration ENDING = Duration.ofSeconds(10);

  private final String name;
  private final Process process;
  private final BlockingQueue<Optional<String>> answers = new LinkedBlockingQueue<>();
  private final Thread out;
  private final Thread err;
  private volatile @Nullable String lastError;

  Conversation(String name, Process process) {
    this.name = name;
    this.process = process;
    out = Thread.ofPlatform().daemon().name(name + " out").start(this::readAnswers);
    err = Thread.ofPlatform().daemon().name(name + " err").start(this::readErrors);
  }

  /**
   * Asks, and waits for the answer.
   *
   * @throws PeerException if the process ends or takes longer than the limit
   */
  String ask(String request, Duration limit) {
    try {
      process.outputWriter(StandardCharsets.UTF_8).write(request + "\n");
      process.outputWriter(StandardCharsets.UTF_8).flush();
    } catch (IOException e) {
      throw ended();
    }
    return answer(limit);
  }

  /** The next answer, without the mark. */
  String answer(Duration limit) {
    try {
      Optional<String> answer = answers.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw new PeerException(
            "%s's process has not answered for %d s".formatted(name, limit.toSeconds()));
      }
      return answer.orElseThrow(this::ended);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerException("interrupted while waiting for " + name);
    }
  }

  private PeerException ended() {
    try {
      if (!process.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS)) {
        return new PeerException(name + "'s process no longer answers");
      }
      err.join(ENDING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new PeerException("interrupted while waiting for " + name);
    }
    String last = lastError;
    return new PeerException(
        "%s's process ended with code %d%s"
            .formatted(name, process.exitValue(), last == null ? "" : ": " + last));
  }

  private void readAnswers() {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (line.startsWith(Lines.MARK)) {
          answers.add(Optional.of(line.substring(Lines.MARK.length())));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // The process was ended while its output was read: there is no more.
    } finally {
      answers.add(Optional.empty());
    }
  }

  private void readErrors() {
    try (BufferedReader in = process.errorReader(StandardCharsets.UTF_8)) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        if (!line.isBlank()) {
          lastError = line.strip();
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // As above.
    }
  }

  /** Ends the process, and waits until it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    boolean interrupted = false;
    try {
      process.waitFor(ENDING.toSeconds(), TimeUnit.SECONDS);
      out.join(ENDING);
      err.join(ENDING);
    } catch (InterruptedException e) {
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
