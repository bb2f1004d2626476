package dev.quern.examples.check;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.quern.kernels.cases.Cases;
import dev.quern.kernels.conformance.BackendConformance;
import dev.quern.kernels.conformance.BackendProperties;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Lets JUnit run the conformance suite on one device, and books what comes of it. */
final class SuiteRun {
  /** Tells the suites, which JUnit makes, what they are for. */
  private static final String DEVICE = "quern.conformance.device";

  private final Tally tally;

  SuiteRun(String deviceId, Tally tally) {
    System.setProperty(DEVICE, deviceId);
    // A device that was there a moment ago and is not now must not pass as skipped.
    System.setProperty("quern.require", deviceId);
    this.tally = tally;
  }

  /**
   * The cases with such names alone.
   *
   * @throws CheckException if there are none
   */
  void cases(String pattern) {
    try {
      Cases.named(pattern);
    } catch (IllegalArgumentException e) {
      throw new CheckException(String.valueOf(e.getMessage()), e);
    }
    System.setProperty("quern.case", pattern);
    run(List.of(selectMethod(Conformance.class, "cases")));
  }

  /** Every case, everything else that a backend must do, and random problems. */
  void everything(int draws) {
    List<DiscoverySelector> suites = new ArrayList<>(List.of(selectClass(Conformance.class)));
    if (draws > 0) {
      System.setProperty("quern.draws", Integer.toString(draws));
      suites.add(selectClass(Properties.class));
    }
    run(suites);
  }

  /** These tests, whatever they are. */
  void run(List<? extends DiscoverySelector> selected) {
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selected).build(),
            new Bookkeeper(tally));
  }

  private static String deviceId() {
    String id = System.getProperty(DEVICE);
    if (id == null) {
      throw new IllegalStateException("-D" + DEVICE + " is not set");
    }
    return id;
  }

  /** For the device that was asked for. */
  static final class Conformance extends BackendConformance {
    Conformance() {}

    @Override
    public String deviceId() {
      return SuiteRun.deviceId();
    }
  }

  /** For the device that was asked for. */
  static final class Properties extends BackendProperties {
    Properties() {}

    @Override
    public String deviceId() {
      return SuiteRun.deviceId();
    }
  }

  /** A test that was aborted has said why; a suite that could not be set up has failed. */
  private record Bookkeeper(Tally tally) implements TestExecutionListener {
    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      tally.skip(test.getDisplayName(), reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      String name = test.getDisplayName();
      String message = result.getThrowable().map(Bookkeeper::message).orElse("no reason given");
      switch (result.getStatus()) {
        case SUCCESSFUL -> {
          if (test.isTest()) {
            tally.pass(name);
          }
        }
        case ABORTED -> tally.skip(name, message);
        case FAILED -> tally.fail(name, message);
      }
    }

    private static String message(Throwable e) {
      boolean expected = e instanceof AssertionError || e.getClass().getName().contains("Aborted");
      return expected && e.getMessage() != null ? e.getMessage() : e.toString();
    }
  }
}
