package dev.quern.bench.report;

import dev.quern.bench.result.Run;
import java.util.List;

/** One page. */
public final class HtmlPage {
  private HtmlPage() {}

  /** The page. */
  public static String of(List<Run> runs) {
    return "<!DOCTYPE html>" + runs.size();
  }
}
