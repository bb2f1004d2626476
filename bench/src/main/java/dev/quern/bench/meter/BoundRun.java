package dev.quern.bench.meter;

import dev.quern.core.Arena;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.cases.Argument;
import dev.quern.kernels.cases.Bindings;
import dev.quern.kernels.cases.Run;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One pass of a case with buffers of its own on a device, however large, to be run over and over.
 * Closing it frees the buffers.
 */
final class BoundRun<K extends Kernel> implements AutoCloseable {
  private final Run<K> run;
  private final K kernel;
  private final Stream stream;
  private final Arena arena;
  private final Bindings buffers = new Bindings();
  private final long bytes;

  /** Allocates the buffers on the stream's device, and makes their contents what training has. */
  BoundRun(Run<K> run, K kernel, Stream stream) {
    this.run = run;
    this.kernel = kernel;
    this.stream = stream;
    Map<String, Argument> arguments = arguments(run);
    bytes =
        arguments.values().stream()
            .mapToLong(argument -> Arena.footprint(argument.type(), argument.count()))
            .sum();
    arena = stream.device().newArena("benchmark", bytes);
    try (Filler filler = new Filler(stream.device(), stream)) {
      for (Argument argument : arguments.values()) {
        DeviceBuffer buffer = arena.allocate(argument.role(), argument.type(), argument.count());
        filler.fill(buffer, argument.piece(Filler.PIECE));
        buffers.put(argument.role(), buffer);
      }
      if (run.before() != null) {
        run.before().call().run(kernel, stream, buffers);
      }
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /** By role; what the run before writes is filled for that one: it gets no numbers in between. */
  private static Map<String, Argument> arguments(Run<?> run) {
    Map<String, Argument> arguments = new LinkedHashMap<>();
    run.arguments().forEach(argument -> arguments.put(argument.role(), argument));
    if (run.before() != null) {
      run.before().arguments().forEach(argument -> arguments.put(argument.role(), argument));
    }
    return arguments;
  }

  /** What the buffers take. */
  long bytes() {
    return bytes;
  }

  /** The buffers by role. */
  Bindings buffers() {
    return buffers;
  }

  /** Enqueues the pass. */
  void run() {
    run.call().run(kernel, stream, buffers);
  }

  /** Runs that may come between two calls of {@link #rewind}. */
  int mostRuns() {
    return run.cursor() == null ? Integer.MAX_VALUE : run.cursor().runs();
  }

  /** Enqueues what makes all runs do real work again. */
  void rewind() {
    if (run.cursor() != null) {
      stream.clear(buffers.get(run.cursor().role()));
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
