package dev.quern.bench.report;

import dev.quern.bench.result.DeviceRun;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import dev.quern.core.DeviceInfo;
import dev.quern.train.data.DataException;
import dev.quern.train.data.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** A folder of runs: {@code DEVICE/DATE-COMMIT.json}, so that a project can look back. */
public final class KeptRuns {
  private static final int DATE = "2026-11-21".length();

  private KeptRuns() {}

  /**
   * Finds out before the work, not after it, that nothing can be kept.
   *
   * @throws DataException if so, and why
   */
  public static void requireWritable(Path folder) {
    made(folder);
    if (!Files.isWritable(folder)) {
      throw new DataException("--keep " + folder + " cannot be written to");
    }
  }

  private static void made(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new DataException(folder + " cannot be made: " + FileErrors.sentence(e), e);
    }
  }

  /**
   * Keeps a run, in a file for each device; one of the same day and commit is replaced.
   *
   * @throws DataException if a file cannot be written
   */
  public static void keep(Path folder, Run run) {
    String name =
        run.date().substring(0, DATE)
            + "-"
            + Objects.requireNonNullElse(run.machine().commit(), "unknown")
            + ".json";
    for (DeviceRun device : run.devices()) {
      Path place = folder.resolve(slug(device.device(), run.machine().processors()));
      made(place);
      new OutputFile("--keep", place.resolve(name)).write(run.only(device).asMap());
    }
  }

  /**
   * The runs that a path means: the one in a file, or what a folder keeps of each device: the
   * latest run, and of cases that it left out what an earlier one on a machine like it found.
   *
   * @throws DataException if there are none, or one cannot be read
   */
  public static List<Run> read(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(RunFile.read(path));
    }
    List<Run> runs = new ArrayList<>();
    for (Path device : listed(path)) {
      if (Files.isDirectory(device)) {
        listed(device).stream()
            .filter(file -> file.toString().endsWith(".json"))
            .map(RunFile::read)
            .sorted(Comparator.comparing(Run::date))
            .reduce(KeptRuns::updated)
            .ifPresent(runs::add);
      }
    }
    if (runs.isEmpty()) {
      throw new DataException(
          path + " keeps no runs: there must be DEVICE/DATE-COMMIT.json in it, as --keep writes");
    }
    return runs;
  }

  /** Both of one device alone; of another machine nothing is kept. */
  private static Run updated(Run before, Run latest) {
    if (!before.machine().isLike(latest.machine())) {
      return latest;
    }
    Map<String, Result> results = new LinkedHashMap<>();
    before.devices().getLast().results().forEach(result -> results.put(result.name(), result));
    latest.devices().getLast().results().forEach(result -> results.put(result.name(), result));
    DeviceRun device = latest.devices().getLast();
    return latest.only(
        new DeviceRun(device.device(), device.ceilings(), List.copyOf(results.values())));
  }

  private static List<Path> listed(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new DataException(folder + " cannot be read: " + FileErrors.sentence(e), e);
    }
  }

  /** A device's name as a file system likes it; of processors with their number. */
  private static String slug(DeviceInfo device, int processors) {
    String count = device.kind() == DeviceInfo.Kind.CPU ? "-" + processors + "-processors" : "";
    return (device.backend() + "-" + device.name() + count)
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^a-z0-9]+", "-");
  }
}
