package dev.quern.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** Javadoc that doclint leaves to us: every type that others can name says what it is for. */
class DocumentationTest {
  @Test
  void everyPublicTypeSaysWhatItIs() throws IOException {
    List<Path> sources =
        SourceTree.modules().stream().flatMap(module -> module.sources().stream()).toList();
    assertThat(sources).isNotEmpty();
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      DocTrees comments = DocTrees.instance(task);
      List<String> silent = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        TreePath path = new TreePath(unit);
        for (Tree type : unit.getTypeDecls()) {
          collectSilent(comments, new TreePath(path, type), false, silent);
        }
      }
      assertThat(silent).as("public types without a comment").isEmpty();
    }
  }

  private static void collectSilent(
      DocTrees comments, TreePath path, boolean memberOfInterface, List<String> silent) {
    if (!(path.getLeaf() instanceof ClassTree type)) {
      return;
    }
    if (!memberOfInterface && !type.getModifiers().getFlags().contains(Modifier.PUBLIC)) {
      return;
    }
    if (comments.getDocComment(path) == null) {
      silent.add(path.getCompilationUnit().getSourceFile().getName() + ": " + type.getSimpleName());
    }
    boolean isInterface =
        type.getKind() == Tree.Kind.INTERFACE || type.getKind() == Tree.Kind.ANNOTATION_TYPE;
    for (Tree member : type.getMembers()) {
      collectSilent(comments, new TreePath(path, member), isInterface, silent);
    }
  }
}
