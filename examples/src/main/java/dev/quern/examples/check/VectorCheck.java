package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.kernels.Precision;
import java.nio.file.Path;

/** Runs a folder of forward and backward vectors. */
final class VectorCheck {
  private final Path folder;
  private final Device device;
  private final Precision precision;
  private final CaseRunner runner;

  VectorCheck(Path folder, Device device, Precision precision, Tally tally) {
    this.folder = folder;
    this.device = device;
    this.precision = precision;
    runner = new CaseRunner(tally);
  }

  /**
   * Runs every case of the index.
   *
   * @throws CheckException if the index cannot be read
   */
  void run() {
    for (JsonObject entry : JsonObject.read(folder.resolve("index.json")).objects("cases")) {
      runner.run(
          VectorCase.name(entry),
          VectorCase.optional(entry),
          () -> {
            VectorCase vector = new VectorCase(folder, entry);
            return vector.mismatch(answer(vector), precision);
          });
    }
  }

  private VectorAnswer answer(VectorCase vector) {
    return switch (vector.op()) {
      case "conv2d" -> ImageVectors.conv2d(device, vector, precision);
      case "maxpool" -> ImageVectors.maxPool(device, vector);
      case "gemm" -> GemmVectors.gemm(device, vector, precision);
      case "softmax_cross_entropy" -> LossVectors.softmaxCrossEntropy(device, vector);
      case "softmax" -> LossVectors.softmax(device, vector);
      case "relu" -> PointVectors.relu(device, vector);
      case "bias_add" -> PointVectors.biasAdd(device, vector);
      case "adam" -> PointVectors.adam(device, vector);
      default -> throw new SkippedException("there is no kernel for op " + vector.op());
    };
  }
}
