package dev.quern.kernels.cases;

import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Pass;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a case: what to bind, how to call it, what must come out. It describes; numbers are
 * made when they are asked for, and then belong to this run.
 *
 * @param pass which of the op's passes
 * @param arguments the buffers it takes
 * @param call the typed call on bound buffers; it allocates nothing itself
 * @param reference computes what each written argument must hold afterwards, by role
 * @param before the run whose outputs this one reads under the same roles, or null; who cannot
 *     afford their {@link Argument#initial initial values}, which only the reference knows, lets it
 *     write them
 * @param cursor what counts runs and must not count too far, or null
 */
public record Run<K extends Kernel>(
    Pass pass,
    List<Argument> arguments,
    Call<K> call,
    Supplier<Map<String, Expected>> reference,
    @Nullable Run<K> before,
    @Nullable Cursor cursor) {

  /** Hands the bound buffers to the kernel's own method. */
  @FunctionalInterface
  public interface Call<K extends Kernel> {
    /** Enqueues the pass. */
    void run(K kernel, Stream stream, Bindings buffers);
  }

  /**
   * A buffer that each run counts up.
   *
   * @param role its name
   * @param runs how many runs have real work to do, if it is 0 before the first; 1 or more
   */
  public record Cursor(String role, int runs) {}

  /** Copies the list. */
  public Run {
    arguments = List.copyOf(arguments);
  }

  Run(
      Pass pass,
      List<Argument> arguments,
      Call<K> call,
      Supplier<Map<String, Expected>> reference) {
    this(pass, arguments, call, reference, null, null);
  }

  Run<K> after(Run<K> earlier) {
    return new Run<>(pass, arguments, call, reference, earlier, cursor);
  }

  Run<K> counting(String role, int runs) {
    return new Run<>(pass, arguments, call, reference, before, new Cursor(role, runs));
  }
}
