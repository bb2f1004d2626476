package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;
import dev.quern.core.DeviceInfo;
import dev.quern.core.SpecException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All peers that are built, and which of them is compared with what. A process is started when it
 * is first needed, and kept until all are closed.
 */
public final class Peers implements AutoCloseable {
  /** Names the folder that holds the peers' folders; the launcher sets it. */
  public static final String FOLDER = "quern.peers";

  /** What a peer is for. */
  private enum Field {
    /** Kernels on the processor. */
    KERNELS,
    /** Kernels on an OpenCL device. */
    OPENCL_KERNELS,
    /** Whole networks on the processor, whichever way Quern uses it. */
    NETWORKS;

    boolean holds(Problem problem, DeviceInfo device) {
      boolean kernel = problem instanceof Problem.Kernel;
      boolean cpu = device.kind() == DeviceInfo.Kind.CPU;
      boolean openCl = device.backend().equals("opencl");
      return switch (this) {
        case KERNELS -> kernel && cpu && !openCl;
        case OPENCL_KERNELS -> kernel && openCl;
        case NETWORKS -> !kernel && cpu;
      };
    }
  }

  /** Every peer, in the order of the report. */
  private enum Known {
    OPENBLAS("OpenBLAS", Field.KERNELS),
    ONEDNN("oneDNN", Field.KERNELS),
    CLBLAST("CLBlast", Field.OPENCL_KERNELS),
    TENSORFLOW("TensorFlow", Field.NETWORKS),
    DJL("PyTorch", Field.NETWORKS),
    DL4J("DL4J", Field.NETWORKS);

    private final String title;
    private final Field field;

    Known(String title, Field field) {
      this.title = title;
      this.field = field;
    }

    String folder() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Known, PeerProcess> processes = new EnumMap<>(Known.class);

  /**
   * The peers below a folder.
   *
   * @param device Quern's own, for peers that take the same
   * @throws SpecException if one is not built
   */
  public Peers(Path folder, DeviceInfo device) {
    for (Known known : Known.values()) {
      Path home = folder.resolve(known.folder()).resolve("target");
      if (!Files.isDirectory(home.resolve("lib"))) {
        throw new SpecException(
            "%s is not built: there is no folder %s; mvn -Ppeers package builds the peers"
                .formatted(known.title, home.resolve("lib")));
      }
      processes.put(
          known,
          new PeerProcess(
              known.title,
              home.resolve("lib") + File.separator + "*",
              options(home, device),
              PeerProcess.Limits.USUAL));
    }
  }

  private static List<String> options(Path home, DeviceInfo device) {
    // What is unpacked at the first start stays among the build's outputs.
    String cache = home.resolve("cache").toString();
    return List.of(
        "-Dorg.bytedeco.javacpp.cachedir=" + cache,
        "-DDJL_CACHE_DIR=" + cache,
        "-Dquern.peer.device=" + device.name());
  }

  /** Those that a problem on a device is compared with, in the order of the report. */
  public List<PeerProcess> beside(Problem problem, DeviceInfo device) {
    List<PeerProcess> beside = new ArrayList<>();
    processes.forEach(
        (known, process) -> {
          if (known.field.holds(problem, device)) {
            beside.add(process);
          }
        });
    return beside;
  }

  @Override
  public void close() {
    processes.values().forEach(PeerProcess::close);
  }
}
