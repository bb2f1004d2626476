import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Makes every jar below a folder fit for a bundle. Entries are stored as they are, because the
 * archive around them compresses all of them together and better; they bear one date, so that the
 * same content gives the same bytes; and native libraries that nothing here loads stay behind.
 */
final class Jars {
  /** JCuda packs more native libraries into its jars than its driver API, cuBLAS and cuDNN need. */
  private static final Pattern JCUDA = Pattern.compile("lib/libJ[A-Z].*\\.so");

  private static final List<String> JCUDA_LOADED =
      List.of("JCudaDriver", "JCudaRuntime", "JCublas2", "JCudnn");

  /** Without a time zone: with one, the bytes would hang on where they are made. */
  private static final LocalDateTime DATE = LocalDateTime.of(1980, 2, 1, 0, 0);

  private Jars() {}

  public static void main(String[] arguments) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.walk(Path.of(arguments[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).toList();
    }
    for (Path jar : jars) {
      Path copy = jar.resolveSibling("copy");
      copy(jar, copy);
      Files.move(copy, jar, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (ZipFile jar = new ZipFile(from.toFile());
        OutputStream file = Files.newOutputStream(to);
        ZipOutputStream copy = new ZipOutputStream(file)) {
      copy.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry : Collections.list(jar.entries())) {
        if (isLoaded(entry.getName())) {
          store(jar, entry, copy);
        }
      }
    }
  }

  private static boolean isLoaded(String name) {
    return !JCUDA.matcher(name).matches()
        || JCUDA_LOADED.stream().anyMatch(library -> name.startsWith("lib/lib" + library + "-"));
  }

  private static void store(ZipFile jar, ZipEntry entry, ZipOutputStream copy) throws IOException {
    byte[] content;
    try (InputStream in = jar.getInputStream(entry)) {
      content = in.readAllBytes();
    }
    CRC32 sum = new CRC32();
    sum.update(content);
    ZipEntry stored = new ZipEntry(entry.getName());
    stored.setTimeLocal(DATE);
    stored.setSize(content.length);
    stored.setCrc(sum.getValue());
    copy.putNextEntry(stored);
    copy.write(content);
    copy.closeEntry();
  }
}
