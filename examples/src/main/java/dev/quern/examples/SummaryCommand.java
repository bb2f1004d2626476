package dev.quern.examples;

import dev.quern.train.Checkpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a saved model is made of, and how far it has been trained. */
@Command(
    name = "summary",
    description = "Prints the layers of a saved model, and how far it has been trained.",
    mixinStandardHelpOptions = true)
final class SummaryCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Parameters(index = "0", paramLabel = "MODEL", description = "What training saved.")
  private Path file;

  SummaryCommand() {}

  @Override
  public Integer call() {
    Checkpoint model = Checkpoint.read(file);
    PrintWriter out = command.commandLine().getOut();
    out.print(model.network().summary());
    out.printf(Locale.ROOT, "Optimizer: %s%n", model.optimizer());
    out.printf(
        Locale.ROOT,
        "Loss: %s, in %s, seed %d%n",
        model.loss().name().toLowerCase(Locale.ROOT),
        model.precision().name().toLowerCase(Locale.ROOT),
        model.seed());
    out.printf(
        Locale.ROOT,
        "Trained: %,d %s, %,d steps, learning rate %s%n",
        model.epochs(),
        model.epochs() == 1 ? "epoch" : "epochs",
        model.steps(),
        model.learningRate());
    if (!model.history().epochs().isEmpty()) {
      out.println("Last epoch: " + Scores.of(model.history().epochs().getLast()));
    }
    out.flush();
    return 0;
  }
}
