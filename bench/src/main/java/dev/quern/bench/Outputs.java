package dev.quern.bench;

import dev.quern.bench.page.HtmlPage;
import dev.quern.bench.report.CsvSheet;
import dev.quern.bench.report.KeptRuns;
import dev.quern.bench.report.MarkdownTable;
import dev.quern.bench.report.OutputFile;
import dev.quern.bench.result.Run;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go beside the screen: the options that say so. */
final class Outputs {
  @Option(
      names = "--json",
      description = "File for everything as one JSON object, written anew after each case.")
  private @Nullable Path json;

  @Option(names = "--csv", description = "File for a line a case, for spreadsheets.")
  private @Nullable Path csv;

  @Option(names = "--html", description = "File for one page with charts, which needs no network.")
  private @Nullable Path html;

  @Option(
      names = "--markdown",
      description =
          "File for the table of README; in a file that is there, what lies between the lines that"
              + " begin and end it is replaced.")
  private @Nullable Path markdown;

  @Option(
      names = "--keep",
      description = "Folder that keeps runs: DEVICE/DATE-COMMIT.json, a file for each device.")
  private @Nullable Path keep;

  /** Finds out before the work, not after it, that something cannot be written. */
  void check() {
    file("--json", json, OutputFile::requireWritable);
    file("--csv", csv, OutputFile::requireWritable);
    file("--html", html, OutputFile::requireWritable);
    file("--markdown", markdown, OutputFile::requireWritable);
    if (markdown != null) {
      MarkdownTable.requirePlace(markdown);
    }
    if (keep != null) {
      KeptRuns.requireWritable(keep);
    }
  }

  /** Whether it is one run that is asked for as JSON. */
  boolean wantsJson() {
    return json != null;
  }

  boolean wanted() {
    return json != null || csv != null || html != null || markdown != null || keep != null;
  }

  /** Keeps what there is, whatever comes. */
  synchronized void save(Run run) {
    file(
        "--json",
        json,
        file -> {
          if (file.isReplaceable()) {
            file.write(run.asMap());
          }
        });
  }

  /** Writes everything: runs may come from several files. */
  synchronized void write(List<Run> runs) {
    file("--json", json, file -> file.write(runs.getFirst().asMap()));
    file("--csv", csv, file -> file.write(CsvSheet.of(runs)));
    file("--html", html, file -> file.write(HtmlPage.of(runs)));
    Path table = markdown;
    if (table != null) {
      file("--markdown", table, file -> file.write(MarkdownTable.into(table, runs)));
    }
    if (keep != null) {
      for (Run run : runs) {
        KeptRuns.keep(keep, run);
      }
    }
  }

  private static void file(
      String option, @Nullable Path path, java.util.function.Consumer<OutputFile> use) {
    if (path != null) {
      use.accept(new OutputFile(option, path));
    }
  }
}
