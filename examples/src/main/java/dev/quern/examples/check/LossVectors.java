package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Softmax;
import dev.quern.kernels.SoftmaxCrossEntropy;
import dev.quern.kernels.SoftmaxCrossEntropy.Reduction;
import java.util.Arrays;

/** Softmax vectors, with and without cross-entropy. */
final class LossVectors {
  private LossVectors() {}

  static VectorAnswer softmaxCrossEntropy(Device device, VectorCase vector) {
    Tensor z = vector.get("z");
    if (z.rank() != 2) {
      throw new CheckException("z must be [rows, classes], but is " + z);
    }
    int rows = z.extent(0);
    Reduction reduction = reduction(vector.attributes().text("reduction"));
    int reduced = reduction == Reduction.NONE ? rows : 1;
    SoftmaxCrossEntropy.Spec spec =
        new SoftmaxCrossEntropy.Spec(rows, z.extent(1), reduction, Integer.MIN_VALUE);
    Softmax.Spec probabilities = new Softmax.Spec(rows, z.extent(1));
    try (DeviceRun run = new DeviceRun(device)) {
      DeviceBuffer logits = run.upload("z", z);
      DeviceBuffer labels = run.upload("labels", vector.get("labels").ints());
      DeviceBuffer upstream = run.upload("upstream", upstream(vector, reduced));
      DeviceBuffer loss = run.output("loss", reduced);
      DeviceBuffer dz = run.output("dz", spec.count());
      DeviceBuffer p = run.output("p", spec.count());
      run.prepare(spec).run(run.stream(), logits, labels, upstream, loss, dz, null, null);
      run.prepare(probabilities).forward(run.stream(), logits, p);
      return new VectorAnswer(spec, probabilities)
          .add("loss", run.read(loss))
          .add("p", run.read(p))
          .add("dz", run.read(dz));
    }
  }

  private static Reduction reduction(String name) {
    return switch (name) {
      case "mean" -> Reduction.MEAN;
      case "sum" -> Reduction.SUM;
      case "none" -> Reduction.NONE;
      default ->
          throw new CheckException("the reduction must be mean, sum or none, but is " + name);
    };
  }

  /** The gradient by the loss: an array, or one number for all. */
  private static float[] upstream(VectorCase vector, int count) {
    float[] upstream = new float[count];
    Arrays.fill(upstream, 1);
    if (vector.has("upstream")) {
      float[] given = vector.get("upstream").floats();
      if (given.length == count) {
        return given;
      }
      if (given.length != 1) {
        throw new CheckException(
            "upstream must have %d elements or one, but has %d".formatted(count, given.length));
      }
      Arrays.fill(upstream, given[0]);
    } else if (vector.attributes().has("upstream")) {
      Arrays.fill(upstream, (float) vector.attributes().number("upstream"));
    }
    return upstream;
  }

  /** Along the last axis, as the kernel works; the others count as rows. */
  static VectorAnswer softmax(Device device, VectorCase vector) {
    Tensor z = vector.get("z");
    int axis = vector.attributes().has("axis") ? vector.attributes().whole("axis") : -1;
    if (z.rank() == 0 || (axis != -1 && axis != z.rank() - 1)) {
      throw new CheckException(
          "softmax vectors must be along the last axis, but the axis is %d of %s"
              .formatted(axis, z));
    }
    int classes = z.extent(z.rank() - 1);
    Softmax.Spec spec = new Softmax.Spec(classes == 0 ? 0 : z.count() / classes, classes);
    try (DeviceRun run = new DeviceRun(device)) {
      Softmax kernel = run.prepare(spec);
      DeviceBuffer logits = run.upload("z", z);
      DeviceBuffer dp = run.upload("dp", vector.get("dp"));
      DeviceBuffer p = run.output("p", spec.count());
      DeviceBuffer dz = run.output("dz", spec.count());
      kernel.forward(run.stream(), logits, p);
      kernel.backward(run.stream(), p, dp, dz);
      return new VectorAnswer(spec).add("p", run.read(p)).add("dz", run.read(dz));
    }
  }
}
