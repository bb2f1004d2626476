package dev.quern.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.result.Run;
import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MarkdownTableTest {
  private static final String PRODUCT = "gemm/NNm512n512k512 forward";

  @TempDir private Path folder;

  private final List<Run> runs =
      List.of(
          SmallRun.of(
                  SmallRun.network(
                      "train-step/mnist-b32", 1000, SmallRun.peer("A", 2), SmallRun.peer("B", 0.5)),
                  SmallRun.kernel(PRODUCT, 1000),
                  SmallRun.kernel("gemm/not shown", 1000))
              .run(),
          SmallRun.of(SmallRun.kernel(PRODUCT, 2000)).on("opencl:0").run());

  @Test
  void aRowForWhatWasMeasuredWithTheBestPeerEvenWhereWeLose() {
    assertThat(MarkdownTable.of(runs))
        .isEqualTo(
            """
            | A CPU, 2 processors, 2026-01-02 | `cpu` | `opencl:0` | best of the others | it takes |
            |---|---|---|---|---|
            | training, batch 32 | 32,000,000 images/s |  | B: 64,000,000 images/s | 0.50 times as long |
            | matrix product of 512 | 1000 GFLOP/s (50 %) | 500 GFLOP/s (25 %) | | |
            """);
  }

  @Test
  void theMachineThatWasMeasuredLastHasTheTable() {
    Run older = SmallRun.of(SmallRun.kernel(PRODUCT, 4000)).beside("B CPU").at("2026-01-01").run();
    List<Run> all = new ArrayList<>(runs);
    all.addFirst(older);
    assertThat(MarkdownTable.of(all)).isEqualTo(MarkdownTable.of(runs));
    assertThat(MarkdownTable.of(List.of(older))).startsWith("| B CPU, 2 processors, 2026-01-01 |");
  }

  @Test
  void theTableReplacesTheOldOneAndNothingElse() throws IOException {
    Path file = folder.resolve("README.md");
    String alone = MarkdownTable.into(file, runs);
    assertThat(alone).startsWith("<!-- quern bench: begin -->\n| A CPU");
    Files.writeString(file, "before\n" + alone.replace("A CPU", "old") + "after\n");
    assertThat(MarkdownTable.into(file, runs)).isEqualTo("before\n" + alone + "after\n");
    Files.writeString(file, "no marks");
    assertThatThrownBy(() -> MarkdownTable.into(file, runs))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + " has no lines '<!-- quern bench: begin -->' and ");
  }
}
