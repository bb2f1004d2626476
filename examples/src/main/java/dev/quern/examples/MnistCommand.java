package dev.quern.examples;

import dev.quern.core.AvailableDevice;
import dev.quern.core.ComputeException;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import dev.quern.train.Callback;
import dev.quern.train.Checkpoint;
import dev.quern.train.Evaluation;
import dev.quern.train.Fit;
import dev.quern.train.History;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.optimizers.Optimizer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains {@link MnistCnn} and says how well it reads digits it has never seen. */
@Command(
    name = "mnist",
    description = "Trains the MNIST network, validating after each epoch.",
    mixinStandardHelpOptions = true)
final class MnistCommand implements Callable<Integer> {
  /** What shells report for a program that Ctrl-C ended. */
  private static final int INTERRUPTED = 130;

  @Spec private CommandSpec command;

  @Option(
      names = "--device",
      defaultValue = Detection.AUTO,
      description = "auto (the default), cpu, cuda:0, ...")
  private String deviceId;

  @Option(
      names = "--data",
      defaultValue = "",
      description =
          "A folder with the four MNIST files, or with pictures of any size and number of classes"
              + " in files like them, or 'synthetic'. Default: QUERN_MNIST_DIR, the user's cache, a"
              + " download.")
  private String data;

  @Option(
      names = "--epochs",
      defaultValue = "5",
      description = "Passes over the training data. Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch",
      defaultValue = "32",
      description = "Rows of a step. Default: ${DEFAULT-VALUE}.")
  private int batch;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Of weights and shuffling. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--precision",
      defaultValue = "fp32",
      description = "fp32 (the default), or tf32 on GPUs.")
  private Precision precision;

  @Option(names = "--threads", description = "CPU threads. Default: one a processor.")
  private @Nullable Integer threads;

  @Option(
      names = "--resume",
      description = "A model that --out kept; it is trained until it has had --epochs in all.")
  private @Nullable Path resume;

  @Option(names = "--out", description = "Folder for the model, after each epoch, and its history.")
  private @Nullable Path out;

  @Option(names = "--json", description = "File for the results as one JSON object.")
  private @Nullable Path json;

  MnistCommand() {}

  @Override
  public Integer call() {
    requirePositive("--epochs", epochs);
    requirePositive("--batch", batch);
    if (threads != null) {
      requirePositive("--threads", threads);
      System.setProperty("quern.cpu.threads", Integer.toString(threads));
    }
    Checkpoint saved = saved();
    MnistResults results = new MnistResults(out, json);
    results.requireWritable();
    FutureTask<MnistData> digits = loading(err());
    Detection detection = Detection.detect(deviceId);
    AvailableDevice chosen = detection.require(deviceId);
    if (deviceId.equals(Detection.AUTO)) {
      err().println(detection.report());
      err().flush();
    }
    try (Device device = chosen.open()) {
      MnistData pictures = loaded(digits);
      try (Model model = saved == null ? fresh(pictures, device) : saved.open(device)) {
        return train(device, model, pictures, results);
      }
    }
  }

  private Model fresh(MnistData pictures, Device device) {
    return pictures
        .network()
        .compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, seed, precision);
  }

  /** What to go on from; seed and precision are then the file's. */
  private @Nullable Checkpoint saved() {
    if (resume == null) {
      return null;
    }
    for (String option : List.of("--seed", "--precision")) {
      if (command.commandLine().getParseResult().hasMatchedOption(option)) {
        throw new ParameterException(
            command.commandLine(), option + " is the model's own; leave it out with --resume");
      }
    }
    Checkpoint saved = Checkpoint.read(resume);
    if (saved.epochs() >= epochs) {
      throw new ParameterException(
          command.commandLine(),
          "--epochs counts from the beginning: %s has had %d of %d; ask for more"
              .formatted(resume, saved.epochs(), epochs));
    }
    seed = saved.seed();
    precision = saved.precision();
    return saved;
  }

  /**
   * Files are unpacked while devices are found: both take a fifth of a second. A download waits, as
   * it is for nothing if there is no such device.
   */
  private FutureTask<MnistData> loading(PrintWriter err) {
    Map<String, String> environment = System.getenv();
    FutureTask<MnistData> digits =
        new FutureTask<>(() -> MnistData.load(data, environment, new MnistDownload(), err));
    if (MnistData.isHere(data, environment)) {
      Thread.ofPlatform().daemon().name("quern-mnist").start(digits);
    }
    return digits;
  }

  private static MnistData loaded(FutureTask<MnistData> digits) {
    digits.run(); // here, unless another thread has begun
    try {
      return digits.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException wrong) {
        throw wrong;
      }
      throw new IllegalStateException("reading the digits failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ComputeException("reading the digits was interrupted", e);
    }
  }

  private void requirePositive(String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          command.commandLine(), option + " must be at least 1, but is " + value);
    }
  }

  private int train(Device device, Model model, MnistData digits, MnistResults results) {
    announce(device, digits);
    Interruption interruption = Interruption.stopping(model);
    try {
      EpochPrinter printer = new EpochPrinter(stdout(), err(), digits.train().count());
      List<Callback> callbacks = new ArrayList<>(List.of(printer));
      callbacks.addAll(results.callbacks());
      Fit settings =
          settings(digits, epochs - model.epochsTrained())
              .callbacks(callbacks.toArray(Callback[]::new));
      History history = model.fit(digits.train(), settings);
      boolean interrupted = interruption.happened();
      if (!interrupted) {
        report(history, digits);
      }
      double firstStep = printer.firstStepSeconds();
      results.write(
          new MnistResults.Run(
              device, model, digits, history, firstStep, settings, seed, precision));
      if (interrupted) {
        reportInterrupted();
      }
      return interrupted ? INTERRUPTED : 0;
    } finally {
      interruption.done();
    }
  }

  private void announce(Device device, MnistData digits) {
    err()
        .println( // not printf, which takes 20 ms to get going
            "training on "
                + digits.train().count()
                + (digits.isLikeMnist() ? " digits" : " pictures of " + digits.picture())
                + " from "
                + digits.source()
                + ", testing on "
                + digits.test().count()
                + ", batch "
                + batch
                + ", seed "
                + seed
                + ", on "
                + device);
    err().flush();
  }

  private void reportInterrupted() {
    err()
        .println(
            "quern: interrupted; "
                + (out == null
                    ? "give --out to keep what was trained"
                    : "what was trained so far is kept in " + out + ", for --resume"));
    err().flush();
  }

  private Fit settings(MnistData digits, int more) {
    int steps = (int) (((long) digits.train().count() + batch - 1) / batch);
    return Fit.epochs(more)
        .batch(batch)
        .validation(digits.test())
        .progressSteps(Math.clamp(steps / 10, 1, 64));
  }

  private void report(History history, MnistData digits) {
    PrintWriter stdout = stdout();
    if (digits.source().equals(MnistData.SYNTHETIC)) {
      stdout.println("These are drawn digits, not MNIST.");
    }
    Evaluation test = MnistResults.test(history);
    if (test != null) {
      stdout.printf(Locale.ROOT, "Test accuracy: %.4f%n", test.accuracy());
    }
    stdout.flush();
  }

  private PrintWriter stdout() {
    return command.commandLine().getOut();
  }

  private PrintWriter err() {
    return command.commandLine().getErr();
  }
}
