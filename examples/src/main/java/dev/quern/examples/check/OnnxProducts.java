package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Gemm;
import java.util.Arrays;
import java.util.List;

/** ONNX operators that are matrix products. */
final class OnnxProducts {
  private OnnxProducts() {}

  static List<Tensor> gemm(OnnxCall call) {
    OnnxNode node = call.node();
    node.requireOnly("alpha", "beta", "broadcast", "transA", "transB");
    Tensor a = call.floats(0);
    Tensor b = call.floats(1);
    if (a.rank() != 2 || b.rank() != 2) {
      throw node.wrong("A and B must be matrices, but are %s and %s".formatted(a, b));
    }
    boolean transA = node.flag("transA");
    boolean transB = node.flag("transB");
    int m = a.extent(transA ? 1 : 0);
    int k = a.extent(transA ? 0 : 1);
    int n = b.extent(transB ? 0 : 1);
    if (b.extent(transB ? 1 : 0) != k) {
      throw node.wrong("A of %s does not go with B of %s".formatted(a, b));
    }
    boolean adds = call.optional(2) != null;
    Gemm.Spec spec =
        Gemm.builder(m, n, k)
            .transposed(transA, transB)
            .scale(node.number("alpha", 1), adds ? node.number("beta", 1) : 0)
            .build();
    float[] c = new float[m * n];
    if (adds) {
      c = Movement.broadcastTo(call.floats(2), m, n).floats();
    } else {
      Arrays.fill(c, Float.NaN); // must not be read
    }
    return List.of(Tensor.of(new int[] {m, n}, product(call.device(), spec, a, b, c)));
  }

  private static float[] product(Device device, Gemm.Spec spec, Tensor a, Tensor b, float[] c) {
    try (DeviceRun run = new DeviceRun(device)) {
      DeviceBuffer result = run.upload("c", c);
      Gemm kernel = run.prepare(spec);
      kernel.run(run.stream(), run.upload("a", a), run.upload("b", b), null, result);
      return run.read(result);
    }
  }

  /** NumPy's matmul: vectors become matrices, the axes in front are broadcast. */
  static List<Tensor> matMul(OnnxCall call) {
    call.node().requireOnly();
    Tensor left = call.floats(0);
    Tensor right = call.floats(1);
    if (left.rank() == 0 || right.rank() == 0) {
      throw call.node().wrong("neither factor may be a single number");
    }
    Tensor a = left.rank() == 1 ? left.reshape(1, left.count()) : left;
    Tensor b = right.rank() == 1 ? right.reshape(right.count(), 1) : right;
    int m = a.extent(a.rank() - 2);
    int k = a.extent(a.rank() - 1);
    int n = b.extent(b.rank() - 1);
    if (b.extent(b.rank() - 2) != k) {
      throw call.node().wrong("%s does not go with %s".formatted(left, right));
    }
    int[] batches = Movement.broadcast(front(a), front(b));
    int batch = Math.toIntExact(Tensor.count(batches));
    Gemm.Spec spec =
        Gemm.builder(m, n, k).batch(batch, (long) m * k, (long) k * n, (long) m * n).build();
    float[] c = new float[Math.multiplyExact(batch, Math.multiplyExact(m, n))];
    Arrays.fill(c, Float.NaN);
    Tensor manyA = Movement.broadcastTo(a, with(batches, m, k));
    Tensor manyB = Movement.broadcastTo(b, with(batches, k, n));
    float[] product = product(call.device(), spec, manyA, manyB, c);
    int[] shape = batches;
    shape = left.rank() == 1 ? shape : with(shape, m);
    shape = right.rank() == 1 ? shape : with(shape, n);
    return List.of(Tensor.of(shape, product));
  }

  private static int[] front(Tensor matrices) {
    return Arrays.copyOf(matrices.shape(), matrices.rank() - 2);
  }

  private static int[] with(int[] shape, int... more) {
    int[] longer = Arrays.copyOf(shape, shape.length + more.length);
    System.arraycopy(more, 0, longer, shape.length, more.length);
    return longer;
  }
}
