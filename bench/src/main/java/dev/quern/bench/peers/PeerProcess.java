package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A peer in a process of its own: its native libraries, its threads and its Java libraries get in
 * nobody's way. The process is started when it is first needed. It is ended and, with the next
 * problem, started anew after an error, or when it does not answer in time.
 */
public final class PeerProcess implements AutoCloseable {

  /**
   * How long a process may take to answer.
   *
   * @param start until it can be asked
   * @param prepare to prepare a problem, look at the answers and warm up
   * @param round beyond what a round shall take
   */
  public record Limits(Duration start, Duration prepare, Duration round) {
    /** For machines under load: a peer takes a tenth of it. */
    public static final Limits USUAL =
        new Limits(Duration.ofSeconds(60), Duration.ofSeconds(300), Duration.ofSeconds(60));
  }

  private final String name;
  private final String classPath;
  private final List<String> options;
  private final Limits limits;
  private @Nullable Conversation conversation;
  private String version = "";

  /**
   * A peer.
   *
   * @param name for messages
   * @param classPath of its process
   * @param options further ones for its Java virtual machine
   * @param limits after which it is given up
   */
  public PeerProcess(String name, String classPath, List<String> options, Limits limits) {
    this.name = name;
    this.classPath = classPath;
    this.options = List.copyOf(options);
    this.limits = limits;
  }

  /** What it is called. */
  public String name() {
    return name;
  }

  /** The version of the library; empty as long as it was not started. */
  public String version() {
    return version;
  }

  /**
   * Prepares a problem in place of the one before; its answers are right and it is warm then.
   *
   * @return how the peer does it
   * @throws NotOfferedException if it does not offer the problem
   * @throws PeerException if it fails
   */
  public String prepare(Problem problem) {
    return expect(Lines.READY, ask(Lines.PREPARE + problem.name(), limits.prepare()));
  }

  /**
   * Runs what was prepared again and again.
   *
   * @param nanos how long
   * @return nanoseconds of a run, the mean
   * @throws PeerException if it fails
   */
  public double round(long nanos) {
    if (conversation == null) {
      throw new IllegalStateException(name + " has nothing prepared to run");
    }
    String answer = ask(Lines.ROUND + nanos, limits.round().plusNanos(nanos));
    return Double.parseDouble(expect(Lines.TIME, answer));
  }

  private String ask(String request, Duration limit) {
    Conversation with = conversation == null ? started() : conversation;
    try {
      return with.ask(request, limit);
    } catch (PeerException e) {
      close();
      throw e;
    }
  }

  private Conversation started() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // JavaCPP counts the process's whole memory against the heap's size, and refuses; 0 ends that.
    command.addAll(
        List.of(
            "-Xmx2g",
            "-Xss16m",
            "-XX:-UsePerfData",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0"));
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, PeerProgram.class.getName()));
    Conversation begun;
    try {
      begun = new Conversation(name, new ProcessBuilder(command).start());
    } catch (IOException e) {
      throw new UncheckedIOException("the process of " + name + " cannot be started", e);
    }
    conversation = begun;
    try {
      version = expect(Lines.HELLO, begun.answer(limits.start()));
    } catch (PeerException | NotOfferedException e) {
      close();
      throw e;
    }
    return begun;
  }

  /** What follows the word that must come; another word is the peer's failure. */
  private String expect(String word, String answer) {
    if (answer.startsWith(word)) {
      return answer.substring(word.length());
    }
    if (answer.startsWith(Lines.ABSENT)) {
      throw new NotOfferedException(answer.substring(Lines.ABSENT.length()));
    }
    close(); // its state is not known
    throw new PeerException(
        answer.startsWith(Lines.FAILED)
            ? answer.substring(Lines.FAILED.length())
            : "%s's process says '%s'".formatted(name, answer));
  }

  /** Ends the process. The next problem would start another one. */
  @Override
  public void close() {
    if (conversation != null) {
      conversation.close();
      conversation = null;
    }
  }
}
