package dev.quern.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.bench.result.Look;
import dev.quern.bench.result.Result;
import dev.quern.bench.result.Run;
import java.util.List;
import org.junit.jupiter.api.Test;

class CsvSheetTest {
  @Test
  void aLineForEachCaseAndForEachPeerBesideIt() {
    Run run =
        SmallRun.of(
                SmallRun.network("train-step/a", 1000, SmallRun.peer("Other", 2)),
                SmallRun.kernel("gemm/b", 1000).when(new Look(50.0, null, null)),
                Result.failed("gemm/c", "said \"no\",\ntwice"))
            .run();
    assertThat(CsvSheet.of(List.of(run)).split("\r\n"))
        .containsExactly(
            "date,commit,device,case,by,version,outcome,median_nanos,min_nanos,spread,gflops,"
                + "gigabytes_per_second,images_per_second,share_of_roof,peer_takes_times,disturbance,how",
            "2026-01-02T03:04:05Z,abc,cpu,train-step/a,Quern,abc,ok,1000.0,1000.0,0.0,,,3.2E7,,,,ours",
            "2026-01-02T03:04:05Z,abc,cpu,train-step/a,Other,1.0,ok,2000.0,,,,,1.6E7,,2.0,,"
                + "\"its \"\"best\"\", of course\"",
            "2026-01-02T03:04:05Z,abc,cpu,gemm/b,Quern,abc,ok,1000.0,1000.0,0.0,1000.0,1.0,,0.5,,"
                + "\"the processors' peak was 50 GFLOP/s, 100 at best\",ours",
            "2026-01-02T03:04:05Z,abc,cpu,gemm/c,Quern,abc,failed,,,,,,,,,,"
                + "\"said \"\"no\"\",\ntwice\"");
  }
}
