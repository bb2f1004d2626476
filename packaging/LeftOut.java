import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints what a bundle's runtime leaves out of java.desktop, a name a line, as jlink's {@code
 * --exclude-resources} takes it. All that is wanted of that module is reading PNG and JPEG files;
 * windows, sound, printing and fonts would add more to a bundle than all of Quern takes. One class
 * of each package stays, because jlink wants no exported package to be empty.
 */
final class LeftOut {
  private static final Pattern UNUSED =
      Pattern.compile(
          "(javax/(swing|print|sound|accessibility)"
              + "|sun/(swing|print|font|awt/X11|awt/www|applet)"
              + "|sun/java2d/(marlin|opengl|xr|x11)"
              + "|com/sun/(java/swing|media/sound|java/accessibility)"
              + "|com/sun/imageio/plugins/tiff)"
              + "(/.*|$)");

  private LeftOut() {}

  public static void main(String[] arguments) throws IOException {
    Path module = FileSystems.getFileSystem(URI.create("jrt:/")).getPath("modules/java.desktop");
    try (Stream<Path> files = Files.walk(module)) {
      Map<String, List<String>> packages =
          files
              .filter(Files::isRegularFile)
              .map(file -> module.relativize(file).toString())
              .filter(name -> UNUSED.matcher(folder(name)).matches())
              .sorted()
              .collect(Collectors.groupingBy(LeftOut::folder, TreeMap::new, Collectors.toList()));
      for (List<String> names : packages.values()) {
        String kept = smallest(module, names);
        names.stream()
            .filter(name -> !name.equals(kept))
            .forEach(name -> System.out.println("/java.desktop/" + name));
      }
    }
  }

  private static String folder(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }

  private static String smallest(Path module, List<String> names) throws IOException {
    String smallest = "";
    long least = Long.MAX_VALUE;
    for (String name : names) {
      long bytes = Files.size(module.resolve(name));
      if (name.endsWith(".class") && bytes < least) {
        smallest = name;
        least = bytes;
      }
    }
    return smallest;
  }
}
