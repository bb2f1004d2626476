package dev.quern.bench;

import dev.quern.core.Arena;
import dev.quern.core.Kernel;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Run;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One pass of a problem, to be run over and over: the buffers that it takes, however large, and the
 * typed call. Unlike a case it has neither arrays nor answers.
 *
 * @param pass which pass of the op
 * @param slots the buffers
 * @param call the pass
 * @param before what must have run once for its inputs to be real ones, or null
 * @param cursor the buffer that counts runs and must be cleared before it has counted too far, or
 *     null
 * @param mostRuns how far that is
 */
record Workload<K extends Kernel>(
    Pass pass,
    List<Slot> slots,
    Run.Call<K> call,
    Run.@Nullable Call<K> before,
    @Nullable String cursor,
    int mostRuns) {

  Workload(Pass pass, List<Slot> slots, Run.Call<K> call) {
    this(pass, slots, call, null, null, Integer.MAX_VALUE);
  }

  /** Size of an arena for the buffers. */
  long bytes() {
    return slots.stream().mapToLong(slot -> Arena.footprint(slot.type(), slot.count())).sum();
  }

  /** Elements in all buffers. */
  long elements() {
    return slots.stream().mapToLong(Slot::count).sum();
  }
}
