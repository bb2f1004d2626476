package dev.quern.kernels.conformance;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.reference.ReferenceBiasAdd;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** {@link BiasAdd} by its reference, stored by {@link HeapDevice#store}. */
final class HeapBiasAdd extends BiasAdd {
  private final HeapDevice owner;

  HeapBiasAdd(HeapDevice owner, Spec spec) {
    super(owner, spec);
    this.owner = owner;
  }

  @Override
  public String implementation() {
    return "heap:reference";
  }

  @Override
  protected void runForward(Stream stream, DeviceBuffer x, DeviceBuffer b, DeviceBuffer y) {
    double[] result =
        ReferenceBiasAdd.forward(spec(), load(x, spec().count()), load(b, spec().channels()))
            .values();
    owner.store(result, HeapDevice.memory(y), x, y);
  }

  @Override
  protected void runBackward(Stream stream, DeviceBuffer dy, DeviceBuffer db) {
    double[] result = ReferenceBiasAdd.backward(spec(), load(dy, spec().count())).values();
    owner.store(result, HeapDevice.memory(db), dy, db);
  }

  private static double[] load(DeviceBuffer buffer, long count) {
    MemorySegment memory = HeapDevice.memory(buffer);
    double[] values = new double[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = memory.get(ValueLayout.JAVA_FLOAT_UNALIGNED, buffer.offset() + 4L * i);
    }
    return values;
  }
}
