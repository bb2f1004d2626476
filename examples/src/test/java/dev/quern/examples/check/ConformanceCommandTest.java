package dev.quern.examples.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The command around the suite; the suite has tests of its own. */
class ConformanceCommandTest {
  private final Map<String, String> before = new HashMap<>();

  @BeforeEach
  void keepProperties() {
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("quern."))
        .forEach(name -> before.put(name, System.getProperty(name)));
  }

  @AfterEach
  void restoreProperties() {
    for (String name :
        List.of("quern.case", "quern.draws", "quern.require", "quern.conformance.device")) {
      String value = before.get(name);
      if (value == null) {
        System.clearProperty(name);
      } else {
        System.setProperty(name, value);
      }
    }
  }

  @Test
  void runsTheCasesThatAreMeant() {
    StringWriter out = new StringWriter();
    int code = run(out, "--device", "cpu", "--case", "relu/1", "-v");
    List<String> lines = out.toString().lines().toList();
    assertThat(code).as(out.toString()).isZero();
    assertThat(lines.getLast()).matches("[1-9]\\d* passed, 0 failed, 0 skipped");
    assertThat(lines.subList(0, lines.size() - 1)).allMatch(l -> l.startsWith("passed  relu/1"));
  }

  @Test
  void saysThatNoCaseHasSuchAName() {
    StringWriter error = new StringWriter();
    int code =
        new CommandLine(new ConformanceCommand())
            .setExecutionExceptionHandler(
                (e, line, parsed) -> {
                  error.append(e.getMessage());
                  return CommandLine.ExitCode.SOFTWARE;
                })
            .execute("--device", "cpu", "--case", "nothing/1");
    assertThat(code).isEqualTo(1);
    assertThat(error.toString()).startsWith("no case is named 'nothing/1'");
  }

  @Test
  void failuresAndSkipsAreBookedWithTheirReasons() {
    StringWriter out = new StringWriter();
    Tally tally = new Tally(new PrintWriter(out), false);
    new SuiteRun("cpu", tally).run(List.of(selectClass(Mixed.class), selectClass(Broken.class)));
    tally.summarize();
    assertThat(out.toString().lines())
        .contains(
            "FAILED  wrong(): 3 elements are wrong",
            "FAILED  bug(): java.lang.IllegalStateException: two queues",
            "skipped 1: NOT TESTED: no double here");
    assertThat(out.toString())
        .contains("the device is gone")
        .endsWith("1 passed, 3 failed, 1 skipped" + System.lineSeparator());
  }

  private static int run(StringWriter out, String... arguments) {
    return new CommandLine(new ConformanceCommand())
        .setOut(new PrintWriter(out))
        .execute(arguments);
  }

  /** Not found by the build, which passes over nested classes. */
  static final class Mixed {
    Mixed() {}

    @Test
    void right() {}

    @Test
    void wrong() {
      throw new AssertionError("3 elements are wrong");
    }

    @Test
    void bug() {
      throw new IllegalStateException("two queues");
    }

    @Test
    void notOffered() {
      Assumptions.abort("NOT TESTED: no double here");
    }
  }

  /** A suite that cannot be set up. */
  static final class Broken {
    Broken() {}

    @BeforeAll
    static void findDevice() {
      throw new AssertionError("the device is gone");
    }

    @Test
    void never() {}
  }
}
