package dev.quern.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.DeviceInfo;
import dev.quern.core.Kernel;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Pass;
import dev.quern.kernels.cases.Case;
import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.cases.Fill;
import dev.quern.kernels.cases.Run;
import dev.quern.kernels.cases.Trial;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is cut only where it is large is right: pictures into pieces, filters into panels. */
final class LargeConvolutionsTest {

  /** On both sides of one piece an image, with border pixels whose sums are shorter than others. */
  @ParameterizedTest
  @CsvSource({"2, 360, 0", "2, 364, 1", "1, 500, 0", "2, 700, 1", "2, 740, 1", "3, 1100, 2"})
  void filterGradient(int images, int side, int padding) {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(images, 1, side, side)
            .filters(1, 3, 3)
            .padding(padding, padding, padding, padding)
            .build();
    assertThat(mismatch(Cases.of(spec, Fill.REAL), Pass.BACKWARD_FILTER)).isNull();
  }

  /** With panels for both passes, and with channels or filters that are no whole number of them. */
  @ParameterizedTest
  @CsvSource({
    "512, 256, 1, 1",
    "256, 320, 2, 1",
    "72, 128, 1, 3",
    "128, 200, 1, 1",
    "640, 512, 1, 2"
  })
  void filters(int channels, int filters, int groups, int taps) {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(2, channels * groups, 9, 8)
            .filters(filters * groups, taps, taps)
            .groups(groups)
            .stride(taps, 1)
            .build();
    assertThat(mismatch(Cases.of(spec, Fill.REAL), Pass.FORWARD)).isNull();
    assertThat(mismatch(Cases.of(spec, Fill.REAL), Pass.BACKWARD_DATA)).isNull();
  }

  /** Deep enough to be packed on the way back, in panels of either width, or in none. */
  @ParameterizedTest
  @CsvSource({
    "128, 1024, 1, 1, 1",
    "192, 128, 2, 3, 2",
    "128, 3200, 1, 1, 2",
    "130, 1100, 1, 1, 1",
    "64, 1100, 1, 1, 1"
  })
  void deepFilters(int channels, int filters, int groups, int taps, int stride) {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(4, channels * groups, 19, 17)
            .filters(filters * groups, taps, taps)
            .groups(groups)
            .stride(stride, stride)
            .build();
    assertThat(mismatch(Cases.of(spec, Fill.REAL), Pass.BACKWARD_DATA)).isNull();
  }

  /** Several pixels of few channels at a time: odd sides, strides, paddings that differ. */
  @ParameterizedTest
  @CsvSource({
    "3, 64, 64, 7, 7, 2, 2, 3, 3, 3, 3",
    "3, 40, 60, 3, 3, 1, 1, 1, 1, 1, 1",
    "1, 57, 70, 3, 3, 1, 1, 0, 0, 0, 0",
    "8, 48, 46, 3, 3, 1, 1, 1, 1, 1, 1",
    "2, 64, 64, 5, 4, 2, 2, 1, 2, 2, 1",
    "1, 60, 90, 3, 5, 3, 3, 0, 1, 0, 1",
    "3, 45, 64, 1, 6, 1, 2, 0, 2, 0, 2",
    "5, 50, 51, 2, 3, 1, 1, 0, 0, 1, 0"
  })
  void fewChannels(
      int c, int h, int w, int r, int s, int strideH, int strideW, int t, int l, int b, int e) {
    Conv2d.Spec spec =
        Conv2d.builder()
            .input(3, c, h, w)
            .filters(48, r, s)
            .stride(strideH, strideW)
            .padding(t, l, b, e)
            .build();
    assertThat(ConvAlgorithm.of(spec, Pass.BACKWARD_DATA)).isEqualTo(ConvAlgorithm.GROUPED);
    assertThat(mismatch(Cases.of(spec, Fill.REAL), Pass.BACKWARD_DATA)).isNull();
  }

  /** Nobody pays with memory for a gradient that may never be asked for. */
  @Test
  void fewChannelsOfManyPixelsNeedNoWorkspaceOfTheirSize() {
    Conv2d.Spec spec = Conv2d.builder().input(64, 3, 224, 224).filters(32, 3, 3).build();
    assertThat(ConvAlgorithm.of(spec, Pass.BACKWARD_DATA)).isEqualTo(ConvAlgorithm.DIRECT);
  }

  private static <K extends Kernel> @Nullable String mismatch(Case<K> problem, Pass pass) {
    DeviceInfo info = new DeviceInfo("cpu", "cpu", DeviceInfo.Kind.CPU, "test", "test", 0, null);
    Run<K> run =
        problem.runs().stream().filter(one -> one.pass() == pass).findFirst().orElseThrow();
    try (CpuDevice device =
            new CpuDevice(info, VectorSimd.preferred(), 2, HostMemory.ofThisMachine());
        K kernel = device.prepare(problem.spec());
        Stream stream = device.newStream();
        Trial<K> trial = new Trial<>(run, stream)) {
      stream.reserveWorkspace(kernel.workspaceBytes());
      trial.run(kernel);
      return trial.mismatch();
    }
  }
}
