package dev.quern.train;

import dev.quern.core.Detection;
import dev.quern.core.Device;

/** The device that tests run on: the one that is everywhere. */
public final class Cpu {
  private Cpu() {}

  /** Opens it; a missing CPU backend is a failure, since it needs nothing but the JDK. */
  public static Device open() {
    return Detection.detect("cpu").require("cpu").open();
  }
}
