package dev.quern.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Who may see whom: {@code core <- kernels <- backends}, {@code kernels <- dialect <- backends},
 * {@code kernels <- train <- examples}, {@code bench <- jmh}.
 *
 * <p>Rules accept that no class matches, because a module may still be empty; that the classes of
 * every module with sources were really read is a test of its own.
 */
class ArrowsTest {
  private static final List<SourceTree.Module> MODULES = SourceTree.modules();
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .importPaths(MODULES.stream().map(SourceTree.Module::classes).toArray(Path[]::new));

  /** What backends that compile the same kernels share. */
  private static final String DIALECT = "dev.quern.dialect..";

  /** What runs the bench's kernels in JMH, and measures the calls of one backend. */
  private static final String JMH = "dev.quern.jmh..";

  /** Whatever is ours and none of these is a backend. */
  private static final DescribedPredicate<JavaClass> BACKENDS =
      resideInAPackage("dev.quern..")
          .and(
              not(
                  resideInAnyPackage(
                      "dev.quern.core..",
                      "dev.quern.kernels..",
                      DIALECT,
                      "dev.quern.train..",
                      "dev.quern.bench..",
                      JMH,
                      "dev.quern.examples..")))
          .as("backends");

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }

  private static ArchRule only(String module, String... allowed) {
    String[] packages = new String[allowed.length + 3];
    System.arraycopy(allowed, 0, packages, 0, allowed.length);
    packages[allowed.length] = "dev.quern." + module + "..";
    packages[allowed.length + 1] = "java..";
    packages[allowed.length + 2] = "org.jspecify..";
    return classes()
        .that()
        .resideInAPackage("dev.quern." + module + "..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(packages);
  }

  @Test
  void everyClassOfEveryModuleIsRead() {
    assertThat(MODULES).isNotEmpty();
    for (SourceTree.Module module : MODULES) {
      assertThat(module.classFiles()).as("class files of %s", module.name()).isNotEmpty();
      assertThat(CLASSES.stream().filter(c -> c.getPackageName().startsWith(module.rootPackage())))
          .as("classes of %s that were read", module.rootPackage())
          .hasSameSizeAs(module.classFiles());
    }
  }

  @Test
  void aModuleKeepsToItsPackage() {
    for (SourceTree.Module module : MODULES) {
      String folder = module.rootPackage().replace('.', '/');
      assertThat(module.classFiles())
          .as("class files of %s", module.name())
          .allSatisfy(file -> assertThat(file).startsWith(module.classes().resolve(folder)));
    }
  }

  @Test
  void coreNeedsNothing() {
    check(only("core"));
  }

  @Test
  void kernelsNeedCoreAlone() {
    check(only("kernels", "dev.quern.core.."));
  }

  @Test
  void theDialectKnowsNoBackend() {
    check(only("dialect", "dev.quern.core..", "dev.quern.kernels..", "tools.jackson.."));
  }

  @Test
  void theCpuBackendNeedsNoLibrary() {
    check(
        only(
            "cpu",
            "dev.quern.core..",
            "dev.quern.kernels..",
            "jdk.incubator.vector..",
            "com.sun.management..")); // a package of the JDK, in module jdk.management
  }

  @Test
  void trainingKnowsNoBackend() {
    check(only("train", "dev.quern.core..", "dev.quern.kernels..", "tools.jackson.."));
  }

  /**
   * The loop knows no layer and no callback by name, so a new one is one file; what it stands on,
   * optimizers, files and data, knows nothing of it.
   */
  @Test
  void layersAndCallbacksAreBuiltOnTheLoopWhichKnowsNoneOfThem() {
    String loop = "dev.quern.train";
    String[] above = {loop + ".layers..", loop + ".callbacks.."};
    String[] below = {loop + ".optimizers..", loop + ".files..", loop + ".data.."};
    check(slices().matching(loop + ".(*)..").should().beFreeOfCycles());
    check(noClasses().that().resideInAPackage(loop).should(see(above)));
    check(noClasses().that().resideInAnyPackage(below).should(see(above)));
    check(noClasses().that().resideInAnyPackage(below).should(see(loop)));
    check(noClasses().that().resideInAPackage(above[0]).should(see(above[1])));
    check(noClasses().that().resideInAPackage(above[1]).should(see(above[0])));
  }

  private static ArchCondition<JavaClass> see(String... packages) {
    return ArchConditions.dependOnClassesThat(resideInAnyPackage(packages));
  }

  @Test
  void backendsSeeNothingThatUsesThem() {
    check(
        noClasses()
            .that(BACKENDS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "dev.quern.train..", "dev.quern.bench..", JMH, "dev.quern.examples.."));
  }

  @Test
  void backendsDoNotSeeEachOther() {
    Set<String> backends = new TreeSet<>();
    CLASSES.that(BACKENDS).forEach(c -> backends.add(c.getPackageName().split("\\.")[2]));
    for (String backend : backends) {
      check(
          noClasses()
              .that()
              .resideInAPackage("dev.quern." + backend + "..")
              .should()
              .dependOnClassesThat(
                  BACKENDS.and(not(resideInAPackage("dev.quern." + backend + "..")))));
    }
  }

  @Test
  void programsNameNoBackend() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("dev.quern.examples..", "dev.quern.bench..")
            .should()
            .dependOnClassesThat(BACKENDS.or(resideInAPackage(DIALECT))));
  }

  /** What is measured, how, what came out and what becomes of it: each can be read alone. */
  @Test
  void packagesOfTheBenchMakeNoCircle() {
    check(slices().matching("dev.quern.bench.(*)..").should().beFreeOfCycles());
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.quern.bench.*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.quern.bench"));
  }

  @Test
  void jmhSeesTheBackendThatItMeasuresAndNobodySeesJmh() {
    check(
        noClasses()
            .that()
            .resideInAPackage(JMH)
            .should()
            .dependOnClassesThat(
                BACKENDS
                    .and(not(resideInAPackage("dev.quern.cuda..")))
                    .or(resideInAnyPackage(DIALECT, "dev.quern.examples.."))));
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage(JMH)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(JMH, "org.openjdk.jmh.."));
  }

  @Test
  void theVectorApiStaysWhereProcessorsAreUsedAndMeasured() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("dev.quern.cpu..", "dev.quern.bench.machine..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("jdk.incubator.vector.."));
  }

  @Test
  void libraryCodeKnowsNoNetwork() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.quern.examples..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.."));
  }
}
