package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Adam;
import dev.quern.kernels.BiasAdd;
import dev.quern.kernels.Relu;
import java.util.Arrays;

/** Vectors of what works element by element: ReLU, bias, Adam. */
final class PointVectors {
  private PointVectors() {}

  static VectorAnswer relu(Device device, VectorCase vector) {
    Relu.Spec spec = new Relu.Spec(vector.get("x").count());
    try (DeviceRun run = new DeviceRun(device)) {
      Relu kernel = run.prepare(spec);
      DeviceBuffer y = run.output("y", spec.count());
      DeviceBuffer dx = run.output("dx", spec.count());
      kernel.forward(run.stream(), run.upload("x", vector.get("x")), y);
      kernel.backward(run.stream(), y, run.upload("dy", vector.get("dy")), dx);
      return new VectorAnswer(spec).add("y", run.read(y)).add("dx", run.read(dx));
    }
  }

  static VectorAnswer biasAdd(Device device, VectorCase vector) {
    Tensor x = vector.get("x");
    if (x.rank() != 2) {
      throw new CheckException("x must be [rows, channels], but is " + x);
    }
    BiasAdd.Spec spec = new BiasAdd.Spec(x.extent(0), x.extent(1));
    try (DeviceRun run = new DeviceRun(device)) {
      BiasAdd kernel = run.prepare(spec);
      DeviceBuffer y = run.output("y", spec.count());
      DeviceBuffer db = run.output("db", spec.channels());
      kernel.forward(run.stream(), run.upload("x", x), run.upload("b", vector.get("b")), y);
      kernel.backward(run.stream(), run.upload("dy", vector.get("dy")), db);
      return new VectorAnswer(spec).add("y", run.read(y)).add("db", run.read(db));
    }
  }

  static VectorAnswer adam(Device device, VectorCase vector) {
    Adam.Spec keras = adamSpec(vector, Adam.Form.KERAS);
    Adam.Spec paper = adamSpec(vector, Adam.Form.PAPER);
    VectorAnswer answer = new VectorAnswer(keras, paper);
    adam(device, vector, keras, answer);
    adam(device, vector, paper, answer);
    return answer;
  }

  private static Adam.Spec adamSpec(VectorCase vector, Adam.Form form) {
    JsonObject a = vector.attributes();
    return new Adam.Spec(
        vector.get("p0").count(),
        (float) a.number("beta1"),
        (float) a.number("beta2"),
        (float) a.number("epsilon"),
        form,
        0,
        Adam.Decay.L2);
  }

  private static void adam(Device device, VectorCase vector, Adam.Spec spec, VectorAnswer answer) {
    int count = vector.get("p0").count();
    int steps = vector.attributes().whole("steps");
    float[] gradients = vector.get("g").floats();
    if (steps < 0 || gradients.length != (long) steps * count) {
      throw new CheckException(
          "g must have %d steps of %d elements, but is %s"
              .formatted(steps, count, vector.get("g")));
    }
    float[] after = new float[gradients.length];
    try (DeviceRun run = new DeviceRun(device)) {
      Adam kernel = run.prepare(spec);
      DeviceBuffer p = run.upload("p", vector.get("p0"));
      DeviceBuffer m = run.upload("m", vector.get("m0"));
      DeviceBuffer v = run.upload("v", vector.get("v0"));
      // The buffer counts steps done; first_t is the number of the first one to do.
      DeviceBuffer step = run.upload("step", vector.attributes().whole("first_t") - 1);
      DeviceBuffer rate = run.upload("lr", (float) vector.attributes().number("lr"));
      DeviceBuffer g = run.output("g", count);
      for (int s = 0; s < steps; s++) {
        run.stream().write(g, Arrays.copyOfRange(gradients, s * count, (s + 1) * count));
        kernel.update(run.stream(), p, g, m, v, step, rate);
        System.arraycopy(run.read(p), 0, after, s * count, count);
      }
      answer
          .add(spec.form() == Adam.Form.KERAS ? "p_keras" : "p_paper", after)
          .add("m", run.read(m))
          .add("v", run.read(v));
    }
  }
}
