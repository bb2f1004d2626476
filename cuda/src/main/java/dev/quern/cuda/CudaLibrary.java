package dev.quern.cuda;

import java.util.List;

/** A library of NVIDIA's that this backend needs, and how users come by it. */
enum CudaLibrary {
  DRIVER("the NVIDIA driver", "libcuda.so.", ""),
  CUDNN("cuDNN", "libcudnn.so.", "nvidia-cudnn-cu"),
  CUBLAS_LT("cuBLASLt", "libcublasLt.so.", "nvidia-cublas"),
  CUBLAS("cuBLAS", "libcublas.so.", "nvidia-cublas"),
  NVRTC("NVRTC", "libnvrtc.so.", "nvidia-cuda-nvrtc");

  /** The version in the driver's file name, which has been the same since CUDA began. */
  static final int DRIVER_VERSION = 1;

  /** The version of cuDNN that is needed. */
  static final int CUDNN_VERSION = 9;

  /** The CUDA versions whose libraries are known to be called the right way. */
  static final int OLDEST_CUDA = 12;

  static final int NEWEST_CUDA = 13;

  private final String title;
  private final String stem;
  private final String wheel;

  CudaLibrary(String title, String stem, String wheel) {
    this.title = title;
    this.stem = stem;
    this.wheel = wheel;
  }

  /** How messages call it. */
  String title() {
    return title;
  }

  /** How lines of a report begin. */
  String label() {
    return this == DRIVER ? "driver" : title;
  }

  /** The versions in file names that are looked for. */
  List<Integer> versions() {
    return switch (this) {
      case DRIVER -> List.of(DRIVER_VERSION);
      case CUDNN -> List.of(CUDNN_VERSION, CUDNN_VERSION - 1); // the older one to say that it is
      default -> List.of(OLDEST_CUDA, NEWEST_CUDA);
    };
  }

  /** What is needed, for example {@code libcublas.so.12 or libcublas.so.13}. */
  String needed() {
    return switch (this) {
      case DRIVER -> fileName(DRIVER_VERSION) + " for CUDA " + OLDEST_CUDA + " or newer";
      case CUDNN -> fileName(CUDNN_VERSION);
      default -> fileName(OLDEST_CUDA) + " or " + fileName(NEWEST_CUDA) + ", as cuDNN";
    };
  }

  /** The name that programs are linked to, for example {@code libcublas.so.12}. */
  String fileName(int version) {
    return stem + version;
  }

  /** A way to install it that needs no administrator; wheels lost their suffix with CUDA 13. */
  String howToInstall(int cuda) {
    String suffix = this == CUDNN ? "" + cuda : cuda == OLDEST_CUDA ? "-cu" + cuda : "";
    return "install it (for example: python3 -m pip install "
        + wheel
        + suffix
        + ") or name its folder in -D"
        + LibrarySearch.PROPERTY;
  }
}
