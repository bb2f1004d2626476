package dev.quern.bench;

import dev.quern.bench.machine.Calm;
import dev.quern.bench.meter.Meter;
import dev.quern.bench.peers.Peers;
import dev.quern.bench.report.Table;
import dev.quern.bench.result.Result;
import dev.quern.bench.suite.Problem;
import dev.quern.core.AvailableDevice;
import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.train.Network;
import java.io.PrintWriter;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Measures cases on one device after the other, and tells of each as soon as it is known. */
final class Campaign {
  private final Selection selection;
  private final Supplier<Network> network;
  private final Journal journal;
  private final PrintWriter out;
  private final Runnable saved;

  /**
   * A campaign.
   *
   * @param selection what is to be measured
   * @param network makes the MNIST network
   * @param journal takes down the results
   * @param out receives the table
   * @param saved is called when the journal has a result more
   */
  Campaign(
      Selection selection,
      Supplier<Network> network,
      Journal journal,
      PrintWriter out,
      Runnable saved) {
    this.selection = selection;
    this.network = network;
    this.journal = journal;
    this.out = out;
    this.saved = saved;
  }

  /** Measures; returns how many cases were left out for want of time. */
  int run(List<AvailableDevice> devices, Set<String> wanted) {
    int leftOut = 0;
    for (AvailableDevice available : devices) {
      Table table = new Table(out, wanted);
      journal.begin(available.info());
      table.head(available.info(), journal.ceilings());
      try (Device device = available.open();
          Peers peers = selection.peers(available.info())) {
        leftOut += measure(device, peers, table, wanted);
      } catch (ComputeException e) {
        take(Result.failed("device/" + available.info().id(), e), table);
      }
    }
    return leftOut;
  }

  private int measure(Device device, @Nullable Peers peers, Table table, Set<String> wanted) {
    Calm calm = journal.calm();
    Meter meter = new Meter(selection.conditions(device, calm, peers), network);
    int leftOut = 0;
    for (Problem problem : selection.problems(device.info().kind())) {
      if (!wanted.contains(problem.name())) {
        continue;
      }
      if (selection.allows(journal.seconds())) {
        calm.begin();
        take(meter.measure(problem).when(calm.seen()), table);
      } else {
        leftOut++;
      }
    }
    return leftOut;
  }

  private void take(Result result, Table table) {
    journal.add(result);
    table.line(result, journal.ceilings());
    saved.run();
  }
}
