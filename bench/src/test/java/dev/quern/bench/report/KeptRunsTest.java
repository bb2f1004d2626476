package dev.quern.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.result.Run;
import dev.quern.train.data.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptRunsTest {
  @TempDir private Path folder;

  @Test
  void aFolderGivesTheLatestOfEachDevice() {
    Run old = SmallRun.of(SmallRun.kernel("gemm/a", 2)).at("2026-01-02").run();
    Run latest = SmallRun.of(SmallRun.kernel("gemm/a", 1)).at("2026-02-01").run();
    KeptRuns.keep(folder, latest);
    KeptRuns.keep(folder, old);
    Path kept = folder.resolve("cpu-a-cpu-r-2-processors");
    assertThat(kept.toFile().list())
        .containsExactlyInAnyOrder("2026-01-02-abc.json", "2026-02-01-abc.json");
    assertThat(KeptRuns.read(folder)).containsExactly(latest);
    assertThat(KeptRuns.read(kept.resolve("2026-01-02-abc.json"))).containsExactly(old);
  }

  @Test
  void casesThatTheLatestLeftOutAreOfTheOneBefore() {
    KeptRuns.keep(
        folder,
        SmallRun.of(SmallRun.kernel("gemm/a", 2), SmallRun.kernel("gemm/b", 2))
            .at("2026-01-02")
            .run());
    KeptRuns.keep(folder, SmallRun.of(SmallRun.kernel("gemm/b", 1)).at("2026-02-01").run());
    assertThat(KeptRuns.read(folder))
        .containsExactly(
            SmallRun.of(SmallRun.kernel("gemm/a", 2), SmallRun.kernel("gemm/b", 1))
                .at("2026-02-01")
                .run());
  }

  @Test
  void anotherMachinesCasesAreNotItsOwn() {
    Run other = SmallRun.of(SmallRun.kernel("gemm/a", 2)).beside("B CPU").at("2026-01-02").run();
    Run latest = SmallRun.of(SmallRun.kernel("gemm/b", 1)).at("2026-02-01").run();
    KeptRuns.keep(folder, other);
    KeptRuns.keep(folder, latest);
    assertThat(KeptRuns.read(folder)).containsExactly(latest);
  }

  @Test
  void whatCannotBeReadIsASentence() throws IOException {
    Path file = folder.resolve("some.json");
    assertThatThrownBy(() -> KeptRuns.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + " cannot be read: ");
    Files.writeString(file, "{\"date\": \"20");
    assertThatThrownBy(() -> KeptRuns.read(file))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(file + " is no JSON object: ")
        .hasMessageNotContaining("\n");
    Files.writeString(file, "[1]");
    assertThatThrownBy(() -> KeptRuns.read(file)).isInstanceOf(DataException.class);
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> KeptRuns.read(file))
        .hasMessageStartingWith(file + " is not a benchmark run as this version writes them: ");
    Files.write(file, new byte[] {(byte) 0xff, 0, 1});
    assertThatThrownBy(() -> KeptRuns.read(file)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> KeptRuns.read(folder))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(folder + " keeps no runs: ");
  }
}
