package dev.quern.cuda;

import dev.quern.core.DeviceException;
import jcuda.jcudnn.JCudnn;

/** What cuDNN answers; it names its own errors, since JCudnn knows those of version 8 only. */
final class CudnnStatus {
  static final int SUCCESS = 0;

  private CudnnStatus() {}

  /**
   * Accepts success only.
   *
   * @param call the function and what it worked on, for the message
   * @throws DeviceException if the status is another
   */
  static void check(int status, String call) {
    if (status != SUCCESS) {
      throw failure(status, call);
    }
  }

  static DeviceException failure(int status, String call) {
    return new DeviceException(
        "cuDNN: %s failed with %s (%d)".formatted(call, JCudnn.cudnnGetErrorString(status), status),
        null);
  }
}
