package dev.quern.cuda;

import dev.quern.core.DeviceException;
import jcuda.driver.CUresult;

/** What the driver answers, by name. */
final class CudaStatus {
  static final int SUCCESS = CUresult.CUDA_SUCCESS;

  private CudaStatus() {}

  /**
   * Accepts success only.
   *
   * @param call the driver's function and what it worked on, for the message
   * @throws DeviceException if the status is another
   */
  static void check(int status, String call) {
    if (status != SUCCESS) {
      throw failure(status, call);
    }
  }

  static DeviceException failure(int status, String call) {
    return new DeviceException(
        "CUDA: " + call + " failed with " + name(status) + advice(status), null);
  }

  static boolean isOutOfMemory(int status) {
    return status == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
  }

  static String name(int status) {
    return CUresult.stringFor(status) + " (" + status + ")";
  }

  /** A context that a kernel has broken answers every later call so, until its process ends. */
  private static String advice(int status) {
    return switch (status) {
      case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_ECC_UNCORRECTABLE ->
          ": the device cannot be used by this process any more; other devices can";
      default -> "";
    };
  }
}
