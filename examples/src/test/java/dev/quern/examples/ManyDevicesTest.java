package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quern.core.AvailableDevice;
import dev.quern.core.Detection;
import dev.quern.core.Device;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.data.DataSet;
import dev.quern.train.data.SyntheticDigits;
import dev.quern.train.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Every device of this machine trains at the same time, each as if it were alone. */
final class ManyDevicesTest {
  private static final int DIGITS = 640;
  private static final int BATCH = 32;

  @Test
  void allDevicesTrainAtOnceAsTheyDoAlone() throws Exception {
    List<AvailableDevice> devices = new ArrayList<>(Detection.detect().devices());
    Assumptions.assumeTrue(
        devices.size() > 1, "NOT TESTED: this machine has one device; OpenCL would be another");
    devices.addAll(List.copyOf(devices)); // and each of them twice
    DataSet digits = SyntheticDigits.draw(DIGITS, 1);
    Map<String, float[]> alone = new LinkedHashMap<>();
    for (AvailableDevice device : devices) {
      alone.putIfAbsent(device.info().id(), trained(device, digits));
    }
    CyclicBarrier start = new CyclicBarrier(devices.size());
    try (ExecutorService threads = Executors.newFixedThreadPool(devices.size())) {
      List<Future<float[]>> answers = new ArrayList<>();
      for (AvailableDevice device : devices) {
        answers.add(
            threads.submit(
                () -> {
                  start.await();
                  return trained(device, digits);
                }));
      }
      for (int i = 0; i < devices.size(); i++) {
        String id = devices.get(i).info().id();
        assertThat(answers.get(i).get()).as("weights of %s", id).isEqualTo(alone.get(id));
      }
    }
  }

  private static float[] trained(AvailableDevice available, DataSet digits) {
    try (Device device = available.open();
        Model model =
            MnistCnn.network()
                .compile(device, Optimizer.adam(), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 7)) {
      model.fit(digits, Fit.epochs(1).batch(BATCH));
      return model.weight("conv2d/kernel");
    }
  }
}
