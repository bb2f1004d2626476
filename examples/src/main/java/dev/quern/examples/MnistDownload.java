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

/**
 * Fetches the four MNIST files once, from mirrors of their original home, and keeps them only if they
 * are those files, bit for bit. The only place in the project that uses the network.
 */
final class MnistDownload {
  private static final List<String> MIRRORS =
      List.of(
          "https://storage.googleapis.com/cvdf-datasets/mnist/",
          "https://ossci-datasets.s3.amazonaws.com/mnist/");

  /** SHA-256 of the files as first published. */
  private static final Map<String, String> SUMS =
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

  private MnistDownload() {}

  /**
   * Puts all four files into a folder, or none.
   *
   * @throws DataException if no mirror gives the right files
   */
  static void into(Path folder, PrintWriter err) {
    Path partial = folder.resolveSibling(folder.getFileName() + ".partial");
    try (HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT)
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build()) {
      Files.createDirectories(partial);
      err.println("quern: downloading MNIST (11 MB, once) into " + folder + " ...");
      err.flush();
      for (Map.Entry<String, String> file : SUMS.entrySet()) {
        fetch(client, file.getKey(), file.getValue(), partial.resolve(file.getKey()));
      }
      Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new DataException(FileErrors.sentence(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DataException("the download was interrupted", e);
    }
  }

  private static void fetch(HttpClient client, String name, String sum, Path target)
      throws InterruptedException {
    String reason = "";
    for (String mirror : MIRRORS) {
      try {
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(mirror + name)).timeout(TRANSFER).build();
        HttpResponse<byte[]> response =
            client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        String got = sha256(response.body());
        if (response.statusCode() == 200 && got.equals(sum)) {
          Files.write(target, response.body());
          return;
        }
        reason =
            response.statusCode() == 200
                ? name + " has SHA-256 " + got + " and not " + sum
                : name + ": HTTP status " + response.statusCode();
      } catch (IOException e) {
        reason = name + ": " + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
      }
    }
    throw new DataException(reason);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
