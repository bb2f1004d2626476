import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints what a bundle's runtime leaves out of java.desktop and of java.xml, which that needs: a
 * name a line, as jlink's {@code --exclude-resources} takes it. All that is wanted of them is
 * reading PNG and JPEG files; windows, sound, printing, fonts and XML parsers would add half as
 * much to a bundle as all the rest of it takes. One file of each package stays, because jlink wants
 * none of them to be empty.
 */
final class LeftOut {
  private static final Pattern UNUSED =
      Pattern.compile(
          "java\\.desktop/("
              + "javax/(swing|print|sound)"
              + "|sun/(swing|print|font|awt/X11|awt/www)"
              + "|sun/java2d/(marlin|opengl|xr|x11)"
              + "|com/sun/(java/swing|swing|media/sound)"
              + ")(/.*)?|java\\.xml/(com/sun/org|jdk)/.*");

  private LeftOut() {}

  public static void main(String[] arguments) throws IOException {
    Path modules = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules");
    List<String> files = new ArrayList<>();
    for (String module : List.of("java.desktop", "java.xml")) {
      try (Stream<Path> found = Files.walk(modules.resolve(module))) {
        found
            .filter(Files::isRegularFile)
            .map(file -> modules.relativize(file).toString())
            .filter(name -> UNUSED.matcher(folder(name)).matches())
            .forEach(files::add);
      }
    }
    Map<String, List<String>> packages =
        files.stream()
            .sorted()
            .collect(Collectors.groupingBy(LeftOut::folder, TreeMap::new, Collectors.toList()));
    for (List<String> names : packages.values()) {
      String kept = smallest(modules, names);
      names.stream()
          .filter(name -> !name.equals(kept))
          .forEach(name -> System.out.println("/" + name));
    }
  }

  private static String folder(String name) {
    return name.substring(0, name.lastIndexOf('/'));
  }

  /** The smallest class, or where there is none the smallest picture or text. */
  private static String smallest(Path modules, List<String> names) throws IOException {
    boolean classes = names.stream().anyMatch(name -> name.endsWith(".class"));
    String smallest = "";
    long least = Long.MAX_VALUE;
    for (String name : names) {
      long bytes = Files.size(modules.resolve(name));
      if (classes == name.endsWith(".class") && bytes < least) {
        smallest = name;
        least = bytes;
      }
    }
    return smallest;
  }
}
