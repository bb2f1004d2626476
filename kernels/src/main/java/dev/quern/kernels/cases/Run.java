package dev.quern.kernels.cases;

import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Pass;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One pass of a case: what to bind, how to call it, what must come out.
 *
 * @param pass which of the op's passes
 * @param arguments the buffers it takes
 * @param call the typed call on bound buffers; it allocates nothing itself
 * @param reference computes what each written argument must hold afterwards, by role
 */
public record Run<K extends Kernel>(
    Pass pass, List<Argument> arguments, Call<K> call, Supplier<Map<String, Expected>> reference) {

  /** Hands the bound buffers to the kernel's own method. */
  @FunctionalInterface
  public interface Call<K extends Kernel> {
    /** Enqueues the pass. */
    void run(K kernel, Stream stream, Bindings buffers);
  }

  /** Copies the list. */
  public Run {
    arguments = List.copyOf(arguments);
  }
}
