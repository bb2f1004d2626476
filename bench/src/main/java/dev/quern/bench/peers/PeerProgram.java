package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The process of a peer: does what stdin says, answers on stdout (see {@link Lines}), and ends with
 * stdin, so that it never outlives the benchmark. While it waits it takes no processor.
 */
public final class PeerProgram {
  /** Of an answer: PyTorch's messages name all its files. */
  private static final int LONGEST = 240;

  private final PrintStream out;
  private final Peer peer;
  private @Nullable PeerRun run;

  private PeerProgram(PrintStream out, Peer peer) {
    this.out = out;
    this.peer = peer;
  }

  /**
   * Serves the peer on the class path until stdin ends.
   *
   * @param arguments none
   */
  public static void main(String[] arguments) throws InterruptedException {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err);
    BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    // Also in the middle of a run, which may take long or hang.
    Thread.ofPlatform().daemon().name("requests").start(() -> read(requests));
    PeerProgram program = begun(out);
    // One thread for all: libraries keep pools of threads for each thread that calls them.
    while (true) {
      program.serve(requests.take());
    }
  }

  private static PeerProgram begun(PrintStream out) {
    try {
      Peer peer = ServiceLoader.load(Peer.class).findFirst().orElseThrow();
      PeerProgram program = new PeerProgram(out, peer);
      answer(out, Lines.HELLO, peer.version());
      return program;
    } catch (RuntimeException | Error e) {
      answer(out, e);
      throw e;
    }
  }

  private static void read(BlockingQueue<String> requests) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        requests.add(line);
      }
    } catch (IOException e) {
      System.err.println(e.getMessage());
    } finally {
      // At once: libraries that are in the middle of something do not end in order.
      Runtime.getRuntime().halt(0);
    }
  }

  private void serve(String request) {
    try {
      if (request.startsWith(Lines.PREPARE)) {
        answer(out, Lines.READY, prepared(request.substring(Lines.PREPARE.length())).how());
      } else if (request.startsWith(Lines.ROUND) && run != null) {
        long nanos = Long.parseLong(request.substring(Lines.ROUND.length()));
        answer(out, Lines.TIME, Double.toString(Round.of(run, nanos)));
      } else {
        answer(out, Lines.FAILED, "cannot do '" + request + "' now");
      }
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      answer(out, e);
    }
  }

  private PeerRun prepared(String name) {
    if (run != null) {
      run.close();
      run = null;
    }
    Problem problem =
        Suite.named(name)
            .orElseThrow(() -> new NotOfferedException("no line is named '" + name + "'"));
    PeerRun prepared = new Rehearsal(peer).of(problem);
    run = prepared;
    return prepared;
  }

  /** What was wrong at first: libraries wrap what went wrong while they were loaded. */
  private static void answer(PrintStream out, Throwable e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    if (first instanceof NotOfferedException) {
      answer(out, Lines.ABSENT, String.valueOf(first.getMessage()));
    } else if (first instanceof PeerException) {
      answer(out, Lines.FAILED, String.valueOf(first.getMessage()));
    } else {
      e.printStackTrace();
      answer(out, Lines.FAILED, first.toString());
    }
  }

  private static void answer(PrintStream out, String kind, String text) {
    String line = text.replaceAll("\\s+", " ");
    String first = line.length() <= LONGEST ? line : line.substring(0, LONGEST) + " ...";
    // A line of its own, also if the library has just begun one.
    out.print("\n" + Lines.MARK + kind + first + "\n");
    out.flush();
  }
}
