import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;

/**
 * Checks ({@code check}) or mends ({@code write}) the format of every Java file of the tree below
 * the working directory, except in build outputs and hidden folders. Maven starts it, see the
 * parent pom.
 */
final class Format {
  private Format() {}

  public static void main(String[] arguments) throws IOException {
    boolean write = arguments.length == 1 && arguments[0].equals("write");
    List<String> command = new ArrayList<>();
    command.addAll(write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    int options = command.size();
    Files.walkFileTree(
        Path.of(""),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            boolean hidden = name.startsWith(".") && !name.equals(".ci");
            return hidden || name.equals("target")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString().endsWith(".java")) {
              command.add(file.toString());
            }
            return FileVisitResult.CONTINUE;
          }
        });
    if (command.size() == options) {
      return;
    }
    int status =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow()
            .run(System.out, System.err, command.toArray(String[]::new));
    if (status != 0 && !write) {
      System.out.println(
          "The files above do not have the project's format. Mend them with:"
              + " mvn -N -Pformat process-sources");
    }
    System.exit(status);
  }
}
