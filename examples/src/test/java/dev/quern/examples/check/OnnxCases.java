package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts on small cases whose results were worked out by hand. */
abstract class OnnxCases {
  static final int OPSET = 13;

  @TempDir Path folder;

  final void add(
      String name,
      int opset,
      String type,
      ProtoWriter[] inputs,
      ProtoWriter[] outputs,
      ProtoWriter... attributes) {
    ProtoWriter node = OnnxFiles.node(type, inputs.length, outputs.length, attributes);
    byte[] model = OnnxFiles.model(opset, inputs.length, outputs.length, node);
    OnnxFiles.write(folder.resolve(name), model, inputs, outputs);
  }

  final void assertAllPass(int cases) {
    Verdict verdict = Verdict.of("--onnx", folder);

    assertThat(verdict.out()).isEqualToIgnoringNewLines(cases + " passed, 0 failed, 0 skipped");
    assertThat(verdict.exitCode()).isZero();
  }
}
