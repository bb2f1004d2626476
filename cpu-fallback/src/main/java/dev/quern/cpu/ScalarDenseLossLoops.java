package dev.quern.cpu;

import static dev.quern.cpu.NativeMemory.getFloat;
import static dev.quern.cpu.NativeMemory.setFloat;

/** {@link DenseLossLoops} in plain Java, which computes in double. */
final class ScalarDenseLossLoops implements DenseLossLoops {

  @Override
  public void categorical(long z, long targets, int outputs, float scale, long dz, long result) {
    float max = ScalarSoftmaxLoops.max(z, outputs);
    float most = ScalarSoftmaxLoops.max(targets, outputs);
    boolean right = DenseLossLoops.sameLargest(z, targets, outputs, max, most);
    double sum = 0;
    double total = 0;
    double dot = 0;
    for (int j = 0; j < outputs; j++) {
      double distance = (double) getFloat(z + 4L * j) - max;
      double target = getFloat(targets + 4L * j);
      sum += Math.exp(distance);
      total += target;
      dot += target == 0 ? 0 : target * distance; // 0 times minus infinity
    }
    for (int j = 0; j < outputs && dz != 0; j++) {
      double p = Math.exp((double) getFloat(z + 4L * j) - max) / sum;
      setFloat(dz + 4L * j, (float) (scale * (total * p - getFloat(targets + 4L * j))));
    }
    RowResults.write(result, (float) (total * Math.log(sum) - dot), right);
  }

  @Override
  public void binary(long z, long targets, int outputs, float scale, long dz, long result) {
    boolean right = DenseLossLoops.allOnTheirSide(z, targets, outputs);
    double sum = 0;
    for (int j = 0; j < outputs; j++) {
      double logit = getFloat(z + 4L * j);
      double target = getFloat(targets + 4L * j);
      double e = Math.exp(-Math.abs(logit));
      sum += Math.abs(logit) * (logit > 0 ? 1 - target : target) + Math.log1p(e);
      if (dz != 0) {
        double p = (logit < 0 ? e : 1) / (1 + e);
        setFloat(dz + 4L * j, (float) (scale * (p - target) / outputs));
      }
    }
    RowResults.write(result, (float) (sum / outputs), right);
  }

  @Override
  public void squares(long z, long targets, int outputs, float scale, long dz, long result) {
    double sum = 0;
    for (int j = 0; j < outputs; j++) {
      double difference = (double) getFloat(z + 4L * j) - getFloat(targets + 4L * j);
      sum += difference * difference;
      if (dz != 0) {
        setFloat(dz + 4L * j, (float) (scale * 2 * difference / outputs));
      }
    }
    RowResults.write(result, (float) (sum / outputs), false);
  }
}
