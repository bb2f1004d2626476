package dev.quern.examples;

import dev.quern.train.data.DataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Fetches the four MNIST files once, from mirrors of their original home, and keeps them only if
 * they are those files, bit for bit. The only place in the project that uses the network.
 */
final class MnistDownload {
  private static final List<URI> MIRRORS =
      List.of(
          URI.create("https://storage.googleapis.com/cvdf-datasets/mnist/"),
          URI.create("https://ossci-datasets.s3.amazonaws.com/mnist/"));

  /** SHA-256 of the files as first published. */
  static final Map<String, String> SUMS =
      Map.of(
          "train-images-idx3-ubyte.gz",
          "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
          "train-labels-idx1-ubyte.gz",
          "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
          "t10k-images-idx3-ubyte.gz",
          "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
          "t10k-labels-idx1-ubyte.gz",
          "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6");

  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration TRANSFER = Duration.ofSeconds(60);

  private final List<URI> mirrors;

  /** From the public mirrors. */
  MnistDownload() {
    this(MIRRORS);
  }

  /** From these addresses, tried in turn; each ends with a slash. */
  MnistDownload(List<URI> mirrors) {
    this.mirrors = List.copyOf(mirrors);
  }

  /** Whether a folder has all four files. */
  static boolean complete(Path folder) {
    return SUMS.keySet().stream().allMatch(name -> Files.isRegularFile(folder.resolve(name)));
  }

  /**
   * Puts the files that are missing into a folder.
   *
   * @throws IOException if no mirror answers, or the folder cannot be written
   * @throws DataException if a mirror answers with something else than the file
   */
  void into(Path folder, PrintWriter err) throws IOException {
    err.println("quern: downloading MNIST (11 MB, once) into " + folder + " ...");
    err.flush();
    Files.createDirectories(folder);
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      for (Map.Entry<String, String> file : SUMS.entrySet()) {
        Path target = folder.resolve(file.getKey());
        if (!Files.isRegularFile(target)) {
          keep(fetch(client, file.getKey(), file.getValue()), target);
        }
      }
    }
  }

  /**
   * First a file of its own, then the right name: whoever looks meanwhile sees all of it or
   * nothing.
   */
  private static void keep(byte[] content, Path target) throws IOException {
    Path temporary = Files.createTempFile(target.getParent(), ".download", ".tmp");
    try {
      Files.write(temporary, content);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private byte[] fetch(HttpClient client, String name, String sum) throws IOException {
    IOException unreachable = new IOException("no mirror is known");
    DataException wrong = null;
    for (URI mirror : mirrors) {
      URI address = mirror.resolve(name);
      try {
        byte[] content = get(client, address);
        wrong = mismatch(address, content, sum);
        if (wrong == null) {
          return content;
        }
      } catch (IOException e) {
        String why = e.getMessage() == null ? "cannot be reached" : e.getMessage();
        unreachable = new IOException(address + ": " + why, e);
      }
    }
    if (wrong != null) {
      throw wrong;
    }
    throw unreachable;
  }

  private static byte[] get(HttpClient client, URI address) throws IOException {
    try {
      HttpRequest request = HttpRequest.newBuilder(address).timeout(TRANSFER).build();
      HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() != 200) {
        throw new IOException("HTTP status " + response.statusCode());
      }
      return response.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("the download was interrupted", e);
    }
  }

  private static @Nullable DataException mismatch(URI address, byte[] content, String sum) {
    String got = sha256(content);
    return got.equals(sum)
        ? null
        : new DataException(
            address
                + " is not the MNIST file: its SHA-256 must be "
                + sum
                + ", but is "
                + got
                + "; point --data or QUERN_MNIST_DIR at a folder with the four files instead");
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
