package dev.quern.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quern.bench.suite.Problem;
import dev.quern.bench.suite.Suite;
import dev.quern.core.DeviceInfo;
import dev.quern.core.SpecException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeersTest {
  private static final Problem PRODUCT =
      Suite.named("gemm/NNm32n10k128+BIAS forward").orElseThrow();
  private static final Problem TRAINING = Suite.named("train-step/mnist-b32").orElseThrow();

  @TempDir private Path folder;

  private static DeviceInfo device(String backend, DeviceInfo.Kind kind) {
    return new DeviceInfo(backend, backend, kind, "a device", "a driver", 1L << 30, null);
  }

  private List<String> beside(Problem problem, String backend, DeviceInfo.Kind kind) {
    DeviceInfo device = device(backend, kind);
    try (Peers peers = new Peers(folder, device)) {
      return peers.beside(problem, device).stream().map(PeerProcess::name).toList();
    }
  }

  @Test
  void everyDeviceHasItsPeers() throws IOException {
    for (String peer : List.of("openblas", "onednn", "clblast", "tensorflow", "djl", "dl4j")) {
      Files.createDirectories(folder.resolve(peer).resolve("target/lib"));
    }
    DeviceInfo.Kind cpu = DeviceInfo.Kind.CPU;
    DeviceInfo.Kind gpu = DeviceInfo.Kind.GPU;
    assertThat(beside(PRODUCT, "cpu", cpu)).containsExactly("OpenBLAS", "oneDNN");
    assertThat(beside(PRODUCT, "opencl", cpu)).containsExactly("CLBlast");
    assertThat(beside(PRODUCT, "opencl", gpu)).containsExactly("CLBlast");
    assertThat(beside(PRODUCT, "cuda", gpu)).isEmpty();
    assertThat(beside(TRAINING, "cpu", cpu)).containsExactly("TensorFlow", "PyTorch", "DL4J");
    assertThat(beside(TRAINING, "opencl", cpu)).containsExactly("TensorFlow", "PyTorch", "DL4J");
    assertThat(beside(TRAINING, "opencl", gpu)).isEmpty();
  }

  @Test
  void peerThatIsNotBuiltIsASentence() {
    assertThatThrownBy(() -> new Peers(folder, device("cpu", DeviceInfo.Kind.CPU)))
        .isInstanceOf(SpecException.class)
        .hasMessageStartingWith("OpenBLAS is not built: there is no folder ")
        .hasMessageContaining("mvn -Ppeers package");
  }

  @Test
  void problemIsFoundAgainByItsName() {
    assertThat(PRODUCT.name()).isEqualTo("gemm/NNm32n10k128+BIAS forward");
    assertThat(TRAINING).isEqualTo(new Problem.Network(true, 32));
    assertThat(Suite.named("inference/mnist-b128")).contains(new Problem.Network(false, 128));
    assertThat(Suite.named("nonsense")).isEmpty();
  }
}
