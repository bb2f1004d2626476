package dev.quern.core;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * A device that can measure which variants of its kernels are fastest on it. What it finds is kept
 * and used by every device of the same make and driver that is opened later.
 */
public interface Tunable {

  /**
   * Measures; takes a minute or more, during which the device should have nothing else to do.
   *
   * @param progress receives a line for each kind of problem that has been measured
   * @return the file that holds the findings, to keep or to contribute
   */
  Path tune(Consumer<String> progress);
}
