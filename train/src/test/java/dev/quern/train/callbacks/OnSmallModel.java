package dev.quern.train.callbacks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.core.ComputeException;
import dev.quern.core.Device;
import dev.quern.train.Callback;
import dev.quern.train.Cpu;
import dev.quern.train.Fit;
import dev.quern.train.Loss;
import dev.quern.train.Model;
import dev.quern.train.Network;
import dev.quern.train.Rows;
import dev.quern.train.Sequential;
import dev.quern.train.Shape;
import dev.quern.train.data.DataSet;
import dev.quern.train.layers.Dense;
import dev.quern.train.optimizers.Optimizer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that train a model of a few weights, on rows that it learns at once. */
abstract class OnSmallModel {
  final Network network = Sequential.of(Shape.flat(16), Dense.of(8).relu(), Dense.of(2));
  final DataSet rows = Rows.halves(64, 16, 1);
  final DataSet test = Rows.halves(32, 16, 2);
  @TempDir Path folder;
  Device device;
  Model model;

  @BeforeEach
  final void open() {
    device = Cpu.open();
    model = model(0.01);
  }

  @AfterEach
  final void close() {
    model.close();
    device.close();
  }

  final Model model(double rate) {
    return network.compile(device, Optimizer.sgd(rate), Loss.SPARSE_CATEGORICAL_CROSSENTROPY, 1);
  }

  /** A callback that ends training before its first step. */
  final void refusedByFit(Callback callback, String... parts) {
    refused(() -> model.fit(rows, Fit.epochs(1).callbacks(callback)), parts);
    assertThat(model.stepsTrained()).isZero();
  }

  static void refused(Runnable body, String... parts) {
    assertThatThrownBy(body::run)
        .isInstanceOf(ComputeException.class)
        .hasMessageContainingAll(parts)
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1));
  }
}
