package dev.quern.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.sun.net.httpserver.HttpServer;
import dev.quern.train.data.DataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where digits come from, with a mirror of our own in place of the public ones. */
class MnistDataTest {
  @TempDir private Path folder;

  private final StringWriter said = new StringWriter();
  private final AtomicInteger requests = new AtomicInteger();
  private HttpServer mirror;

  @BeforeEach
  void startMirror() throws IOException {
    mirror = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    mirror.start();
  }

  @AfterEach
  void stopMirror() {
    mirror.stop(0);
  }

  private URI address() {
    return URI.create("http://localhost:" + mirror.getAddress().getPort() + "/mnist/");
  }

  /** The mirror answers every request with this; no content means that it is not there. */
  private void serve(int status, byte[] content) {
    mirror.createContext(
        "/mnist/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private void serveFilesOf(Path source) {
    mirror.createContext(
        "/mnist/",
        exchange -> {
          requests.incrementAndGet();
          Path name = Path.of(exchange.getRequestURI().getPath()).getFileName();
          byte[] content = Files.readAllBytes(source.resolve(name));
          exchange.sendResponseHeaders(200, content.length);
          exchange.getResponseBody().write(content);
          exchange.close();
        });
  }

  private MnistData load(String asked, Map<String, String> environment, URI... mirrors) {
    MnistDownload download = new MnistDownload(List.of(mirrors));
    return MnistData.load(asked, environment, download, new PrintWriter(said, true));
  }

  private Map<String, String> emptyCache() {
    return Map.of("XDG_CACHE_HOME", folder.toString());
  }

  @Test
  void folderThatIsAskedForGoesBeforeTheVariable() throws IOException {
    Path asked = DigitFiles.write(folder.resolve("asked"), 6, 3);
    Path variable = DigitFiles.write(folder.resolve("variable"), 5, 2);
    Map<String, String> environment = Map.of("QUERN_MNIST_DIR", variable.toString());
    MnistData digits = load(asked.toString(), environment, address());
    assertThat(digits.train().count()).isEqualTo(6);
    assertThat(digits.test().count()).isEqualTo(3);
    assertThat(digits.source()).isEqualTo(asked.toString());
    assertThat(load("", environment, address()).source()).isEqualTo(variable.toString());
    assertThat(requests).hasValue(0);
    assertThat(said.toString()).isEmpty();
  }

  @Test
  void brokenFolderOfTheVariableIsNeverReplaced() {
    Path missing = folder.resolve("nowhere");
    assertThatThrownBy(() -> load("", Map.of("QUERN_MNIST_DIR", missing.toString()), address()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(missing.toString());
    assertThat(requests).hasValue(0);
  }

  @Test
  void withoutANetworkDrawnDigitsStandInAndThatIsSaid() {
    mirror.stop(0); // from now on nobody listens there
    MnistData digits = load("", emptyCache(), address());
    assertThat(digits.source()).isEqualTo(MnistData.SYNTHETIC);
    assertThat(digits.train().height()).isEqualTo(28);
    assertThat(said.toString())
        .contains("could not be downloaded")
        .contains("drawn digits")
        .contains("QUERN_MNIST_DIR");
    assertThat(MnistDownload.complete(folder.resolve("quern/mnist"))).isFalse();
  }

  @Test
  void mirrorWithoutTheFilesCountsAsNoNetwork() {
    serve(404, new byte[0]);
    assertThat(load("", emptyCache(), address()).source()).isEqualTo(MnistData.SYNTHETIC);
    assertThat(said.toString()).contains("HTTP status 404");
  }

  @Test
  void wrongChecksumIsAnErrorAndLeavesNothingBehind() throws IOException {
    serve(200, "<html>please log in</html>".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> load("", emptyCache(), address(), address()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("SHA-256")
        .hasMessageContaining("localhost")
        .hasMessageContaining("--data");
    assertThat(requests).as("each mirror is asked").hasValue(2);
    try (Stream<Path> left = Files.list(folder.resolve("quern/mnist"))) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void rightFilesAreKeptAndAskedForOnce() {
    String source = System.getenv("QUERN_MNIST_DIR");
    assumeThat(source).as("QUERN_MNIST_DIR names a folder with MNIST").isNotNull();
    serveFilesOf(Path.of(source));
    URI broken = URI.create("http://localhost:" + mirror.getAddress().getPort() + "/none/");
    MnistData digits = load("", emptyCache(), broken, address());
    assertThat(digits.train().count()).isEqualTo(60_000);
    assertThat(digits.test().count()).isEqualTo(10_000);
    assertThat(requests).hasValue(4);
    assertThat(load("", emptyCache(), address()).source()).isEqualTo(digits.source());
    assertThat(requests).hasValue(4);
  }

  @Test
  void brokenCacheSaysHowToGetRidOfIt() throws IOException {
    Path cache = Files.createDirectories(folder.resolve("quern/mnist"));
    for (String name : MnistDownload.SUMS.keySet()) {
      Files.writeString(cache.resolve(name), "not gzip");
    }
    assertThatThrownBy(() -> load("", emptyCache(), address()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(cache.toString())
        .hasMessageContaining("delete the folder");
    assertThat(requests).hasValue(0);
  }
}
