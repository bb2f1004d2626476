package dev.quern.dialect;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Compiled programs on disk. Drivers trust a program's binary blindly (PoCL aborts the process when
 * one is cut short, and runs one with flipped bits), so a file is handed to a driver only if it is
 * what was written: named by everything that the program depends on, checked by its digest.
 * Whatever is wrong with a file or the folder, the answer is that there is none.
 *
 * <p>The folder is {@code quern/} and the backend's name in {@code XDG_CACHE_HOME}, or in {@code
 * ~/.cache}; the system property {@code quern.opencl.cache}, for example, names another one for
 * OpenCL, or none if it is empty.
 */
public final class ProgramCache {
  private static final System.Logger LOG = System.getLogger(ProgramCache.class.getName());
  private static final String SUFFIX = ".program";

  /** Changes with the file's layout. */
  private static final byte[] MAGIC = "QUERNPR1".getBytes(StandardCharsets.US_ASCII);

  private static final int DIGEST_BYTES = 32;
  private static final int HEADER_BYTES = MAGIC.length + 2 * DIGEST_BYTES;

  /** The oldest files go when there are more bytes than this: some thousand programs. */
  public static final long MOST_BYTES = 256L << 20;

  private final Path folder;
  private final long mostBytes;

  /**
   * A cache in a folder, which need not exist.
   *
   * @param mostBytes the oldest files go when there are more
   */
  public ProgramCache(Path folder, long mostBytes) {
    this.folder = folder;
    this.mostBytes = mostBytes;
  }

  /**
   * The cache of this user, or null if there shall be none.
   *
   * @param backend name of the backend whose programs these are, for example {@code opencl}
   */
  public static @Nullable ProgramCache ofUser(String backend) {
    String named = System.getProperty("quern." + backend + ".cache");
    if (named != null) {
      return named.isEmpty() ? null : new ProgramCache(Path.of(named), MOST_BYTES);
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    Path parent =
        caches == null || caches.isEmpty()
            ? Path.of(System.getProperty("user.home", "."), ".cache")
            : Path.of(caches);
    return new ProgramCache(parent.resolve("quern").resolve(backend), MOST_BYTES);
  }

  /**
   * Names a program by everything that it depends on.
   *
   * @param device device and driver, see {@link Traits#key}
   * @param options what the compiler is told beside the source
   * @param source the source with all it includes
   */
  public static String key(String device, String options, String source) {
    MessageDigest digest = sha256();
    for (String part : List.of(device, options, source)) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** What was written under a key, or null. */
  public byte @Nullable [] read(String key) {
    Path file = folder.resolve(key + SUFFIX);
    try {
      byte[] bytes = Files.readAllBytes(file);
      if (!isWhole(bytes, key)) {
        LOG.log(System.Logger.Level.DEBUG, "{0} is damaged and will be replaced", file);
        return null;
      }
      Files.setLastModifiedTime(file, FileTime.fromMillis(System.currentTimeMillis()));
      return Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length);
    } catch (IOException | SecurityException e) {
      return null;
    }
  }

  private static boolean isWhole(byte[] bytes, String key) {
    return bytes.length > HEADER_BYTES && Arrays.equals(header(key, payload(bytes)), head(bytes));
  }

  private static byte[] head(byte[] bytes) {
    return Arrays.copyOf(bytes, HEADER_BYTES);
  }

  private static ByteBuffer payload(byte[] bytes) {
    return ByteBuffer.wrap(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
  }

  private static byte[] header(String key, ByteBuffer payload) {
    MessageDigest digest = sha256();
    digest.update(payload);
    return ByteBuffer.allocate(HEADER_BYTES)
        .put(MAGIC)
        .put(HexFormat.of().parseHex(key))
        .put(digest.digest())
        .array();
  }

  /** Keeps a program, in one step: nobody ever sees half a file. */
  public void write(String key, byte[] binary) {
    try {
      Files.createDirectories(folder);
      Path partial = Files.createTempFile(folder, key.substring(0, 8), ".part");
      try {
        byte[] whole =
            Arrays.copyOf(header(key, ByteBuffer.wrap(binary)), HEADER_BYTES + binary.length);
        System.arraycopy(binary, 0, whole, HEADER_BYTES, binary.length);
        Files.write(partial, whole);
        Files.move(
            partial,
            folder.resolve(key + SUFFIX),
            StandardCopyOption.ATOMIC_MOVE,
            StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(partial);
      }
      trim();
    } catch (IOException | SecurityException e) {
      LOG.log(System.Logger.Level.DEBUG, "a compiled program cannot be kept in " + folder, e);
    }
  }

  private record Entry(Path file, long bytes, FileTime used) {}

  private void trim() throws IOException {
    List<Entry> entries = new ArrayList<>();
    long bytes = 0;
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        Entry entry = new Entry(file, Files.size(file), Files.getLastModifiedTime(file));
        entries.add(entry);
        bytes += entry.bytes();
      }
    }
    entries.sort(Comparator.comparing(Entry::used));
    for (Entry oldest : entries) {
      if (bytes <= mostBytes) {
        return;
      }
      Files.deleteIfExists(oldest.file());
      bytes -= oldest.bytes();
    }
  }
}
