package dev.quern.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final long MEBIBYTE = 1 << 20;

  @Test
  void ledgerKnowsLivePeakAndLargest() {
    MemoryLedger ledger = new MemoryLedger();
    Object a = new Object();
    Object b = new Object();
    Object c = new Object();
    ledger.enter(a, "a", 10);
    ledger.enter(b, "b", 30);
    ledger.enter(c, "c", 20);
    ledger.strike(b);
    ledger.strike(b);
    assertThat(ledger.report(5)).isEqualTo(new Memory(30, 60, 5));
    assertThat(ledger.largest(1)).containsExactly(new Memory.Owner("c", 20));
    assertThat(ledger.largest(9)).extracting(Memory.Owner::label).containsExactly("c", "a");
  }

  @Test
  void equalHoldersAreDifferentHolders() {
    MemoryLedger ledger = new MemoryLedger();
    ledger.enter(List.of(), "one", 1);
    ledger.enter(new ArrayList<>(), "other", 2);
    assertThat(ledger.report(0).liveBytes()).isEqualTo(3);
  }

  @Test
  void outOfMemoryNamesWhatWasAskedAndWhoHoldsTheRest() {
    try (CountingDevice device = new CountingDevice(10 * MEBIBYTE)) {
      Arena parameters = device.newArena("parameters", MEBIBYTE);
      device.newArena("activations", 5 * MEBIBYTE);
      device.newArena("gradients", 2 * MEBIBYTE);
      device.newArena("small", MEBIBYTE / 2);
      parameters.close();
      assertThatThrownBy(() -> device.newArena("batch", 4 * MEBIBYTE))
          .isInstanceOf(OutOfDeviceMemoryException.class)
          .hasMessage(
              "fake:0 is out of memory: 'batch' asked for 4.0 MiB, 2.5 MiB are free, 7.5 MiB are"
                  + " live (peak 8.5 MiB); largest owners: 'activations' 5.0 MiB, 'gradients' 2.0"
                  + " MiB, 'small' 0.5 MiB");
      assertThat(device.memory())
          .isEqualTo(new Memory(15 * MEBIBYTE / 2, 17 * MEBIBYTE / 2, 5 * MEBIBYTE / 2));
    }
  }

  @Test
  void outOfMemoryOfAnEmptyDeviceSaysSo() {
    try (CountingDevice device = new CountingDevice(MEBIBYTE)) {
      assertThatThrownBy(() -> device.newArena("batch", 4 * MEBIBYTE))
          .hasMessageEndingWith("0.0 MiB are live (peak 0.0 MiB); nothing else is held");
    }
  }
}
