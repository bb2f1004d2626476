package dev.quern.kernels;

import dev.quern.core.Arena;
import dev.quern.core.DataType;
import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.core.DeviceException;
import dev.quern.core.Stream;
import java.util.Arrays;

/** A few numbers through a device and back, before it is offered to anyone. */
public final class SelfTest {
  private static final float[] A = {1, -2, 3, 0, -1, 2, 4, 1, 0, -3, 5, 2};
  private static final float[] B = {2, 1, -1, 3, 0, 4, 1, -2};

  /** A [3, 4] times B [4, 2]. */
  private static final float[] PRODUCT = {4, 7, -3, 19, 5, 7};

  private static final float[] RECTIFIED = {4, 7, 0, 19, 5, 7};

  private SelfTest() {}

  /**
   * Allocates, copies, multiplies and rectifies whole numbers, whose results are exact.
   *
   * @throws DeviceException if the results are wrong
   */
  public static void run(Device device) {
    Gemm.Spec gemm = Gemm.builder(3, 2, 4).build();
    Relu.Spec relu = new Relu.Spec(PRODUCT.length);
    try (Arena arena = device.newArena("self-test", 4 * Arena.ALIGNMENT);
        Stream stream = device.newStream();
        Gemm product = device.prepare(gemm);
        Relu rectifier = device.prepare(relu)) {
      stream.reserveWorkspace(product.workspaceBytes());
      DeviceBuffer a = arena.allocate("a", DataType.FLOAT32, A.length);
      DeviceBuffer b = arena.allocate("b", DataType.FLOAT32, B.length);
      DeviceBuffer c = arena.allocate("c", DataType.FLOAT32, PRODUCT.length);
      DeviceBuffer y = arena.allocate("y", DataType.FLOAT32, PRODUCT.length);
      stream.write(a, A);
      stream.write(b, B);
      product.run(stream, a, b, null, c);
      rectifier.forward(stream, c, y);
      require(device, product.spec().describe(), PRODUCT, stream.readFloats(c));
      require(device, rectifier.spec().describe(), RECTIFIED, stream.readFloats(y));
    }
  }

  private static void require(Device device, String what, float[] expected, float[] actual) {
    if (!Arrays.equals(expected, actual)) {
      throw new DeviceException(
          "the self-test of %s failed: %s gives %s instead of %s"
              .formatted(device.id(), what, Arrays.toString(actual), Arrays.toString(expected)),
          null);
    }
  }
}
