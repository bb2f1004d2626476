package dev.quern.cuda;

import dev.quern.core.DeviceBuffer;
import dev.quern.core.Stream;
import dev.quern.kernels.Conv2d;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import jcuda.Pointer;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnHandle;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN's algorithms for the passes of a convolution. Only those are offered that always give the
 * same bits and whose products are exact in FP32: the others of the list add atomically, or go
 * through a transform (Winograd, FFT) whose rounding the contract of {@link Conv2d} does not allow.
 */
final class CudnnWays implements AutoCloseable {
  /** Of a size that is not worth its memory. */
  private static final long MOST_WORKSPACE_BYTES = 512L << 20;

  private static final int[] FORWARD = {
    cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM,
    cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM,
    cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_GEMM,
  };
  private static final int BACKWARD_DATA =
      cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_1;
  private static final int BACKWARD_FILTER =
      cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_1;

  private final CudnnProblem problem;
  private final Conv2d.Spec spec;
  private final CudaDevice device;
  private final Pointer one;
  private final Pointer zero;

  /** Describes the convolution. */
  CudnnWays(CudaDevice device, Conv2d.Spec spec) {
    this.device = device;
    this.spec = spec;
    problem = new CudnnProblem(spec);
    // Direct memory: JCuda looks arrays of scalars up anew at each call, in 0.3 microseconds each.
    one = scalar(1);
    zero = scalar(0);
  }

  private static Pointer scalar(float value) {
    ByteBuffer memory = ByteBuffer.allocateDirect(Float.BYTES).order(ByteOrder.nativeOrder());
    return Pointer.toBuffer(memory.putFloat(0, value));
  }

  /** Ways to the output, the likely one first. */
  List<Way> forward() {
    return switch (spec.epilogue()) {
      case NONE -> forward(FORWARD, a -> (s, x, w, b, y) -> plain(a, s, x, w, y));
      // A bias alone goes with one algorithm only (cudnnConvolutionBiasActivationForward).
      case BIAS -> forward(new int[] {FORWARD[0]}, a -> (s, x, w, b, y) -> fused(a, s, x, w, b, y));
      case BIAS_RELU -> forward(FORWARD, a -> (s, x, w, b, y) -> fused(a, s, x, w, b, y));
      case RELU -> List.of(); // only behind a bias
    };
  }

  private List<Way> forward(int[] algorithms, IntFunction<Pass> pass) {
    List<Way> ways = new ArrayList<>();
    for (int algorithm : algorithms) {
      long bytes =
          workspace(
              (handle, size) ->
                  JCudnn.cudnnGetConvolutionForwardWorkspaceSize(
                      handle,
                      problem.x(),
                      problem.w(),
                      problem.convolution(),
                      problem.y(),
                      algorithm,
                      size));
      String name = name(cudnnConvolutionFwdAlgo.stringFor(algorithm), "_FWD_ALGO_");
      ways.addAll(offered(name, bytes, pass.apply(algorithm)));
    }
    return ways;
  }

  /** Ways to the gradient by the input. */
  List<Way> backwardData() {
    long bytes =
        workspace(
            (handle, size) ->
                JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                    handle,
                    problem.w(),
                    problem.y(),
                    problem.convolution(),
                    problem.x(),
                    BACKWARD_DATA,
                    size));
    String name = name(cudnnConvolutionBwdDataAlgo.stringFor(BACKWARD_DATA), "_BWD_DATA_");
    return offered(name, bytes, (s, dy, w, b, dx) -> dataGradient(s, dy, w, dx));
  }

  /** Ways to the gradient by the filters. */
  List<Way> backwardFilter() {
    long bytes =
        workspace(
            (handle, size) ->
                JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                    handle,
                    problem.x(),
                    problem.y(),
                    problem.convolution(),
                    problem.w(),
                    BACKWARD_FILTER,
                    size));
    String name = name(cudnnConvolutionBwdFilterAlgo.stringFor(BACKWARD_FILTER), "_BWD_FILTER_");
    return offered(name, bytes, (s, x, dy, b, dw) -> filterGradient(s, x, dy, dw));
  }

  /** The way, unless it needs too much memory or is not there. */
  private List<Way> offered(String name, long bytes, Pass pass) {
    return bytes <= MOST_WORKSPACE_BYTES
        ? List.of(new CudnnWay(name, spec.describe(), bytes, pass))
        : List.of();
  }

  /** A question to cuDNN about scratch memory. */
  private interface Question {
    int ask(cudnnHandle handle, long[] size);
  }

  /** Bytes of scratch memory; more than there can be if cuDNN has no kernel for the pass. */
  private long workspace(Question question) {
    StreamLibraries lent = device.pool().take();
    try {
      device.enter();
      long[] size = new long[1];
      return question.ask(lent.cudnn(), size) == CudnnStatus.SUCCESS ? size[0] : Long.MAX_VALUE;
    } finally {
      device.pool().giveBack(lent);
    }
  }

  /** What follows the marker in cuDNN's name, for example {@code cudnn:implicit-gemm}. */
  private static String name(String constant, String marker) {
    String algorithm = constant.substring(constant.indexOf(marker) + marker.length());
    return "cudnn:" + algorithm.toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void plain(
      int algorithm, CudaStream stream, DeviceBuffer x, DeviceBuffer w, DeviceBuffer y) {
    check(
        JCudnn.cudnnConvolutionForward(
            stream.lane().libraries().cudnn(),
            one,
            problem.x(),
            CudaBuffer.pointer(x),
            problem.w(),
            CudaBuffer.pointer(w),
            problem.convolution(),
            algorithm,
            stream.lane().workspacePointer(),
            stream.lane().workspaceBytes(),
            zero,
            problem.y(),
            CudaBuffer.pointer(y)),
        "cudnnConvolutionForward");
  }

  private void fused(
      int algorithm,
      CudaStream stream,
      DeviceBuffer x,
      DeviceBuffer w,
      @Nullable DeviceBuffer b,
      DeviceBuffer y) {
    check(
        JCudnn.cudnnConvolutionBiasActivationForward(
            stream.lane().libraries().cudnn(),
            one,
            problem.x(),
            CudaBuffer.pointer(x),
            problem.w(),
            CudaBuffer.pointer(w),
            problem.convolution(),
            algorithm,
            stream.lane().workspacePointer(),
            stream.lane().workspaceBytes(),
            zero,
            problem.y(),
            CudaBuffer.pointer(y),
            problem.bias(),
            CudaBuffer.pointer(b == null ? y : b),
            problem.activation(),
            problem.y(),
            CudaBuffer.pointer(y)),
        "cudnnConvolutionBiasActivationForward");
  }

  private void dataGradient(CudaStream stream, DeviceBuffer dy, DeviceBuffer w, DeviceBuffer dx) {
    check(
        JCudnn.cudnnConvolutionBackwardData(
            stream.lane().libraries().cudnn(),
            one,
            problem.w(),
            CudaBuffer.pointer(w),
            problem.y(),
            CudaBuffer.pointer(dy),
            problem.convolution(),
            BACKWARD_DATA,
            stream.lane().workspacePointer(),
            stream.lane().workspaceBytes(),
            zero,
            problem.x(),
            CudaBuffer.pointer(dx)),
        "cudnnConvolutionBackwardData");
  }

  private void filterGradient(CudaStream stream, DeviceBuffer x, DeviceBuffer dy, DeviceBuffer dw) {
    check(
        JCudnn.cudnnConvolutionBackwardFilter(
            stream.lane().libraries().cudnn(),
            one,
            problem.x(),
            CudaBuffer.pointer(x),
            problem.y(),
            CudaBuffer.pointer(dy),
            problem.convolution(),
            BACKWARD_FILTER,
            stream.lane().workspacePointer(),
            stream.lane().workspaceBytes(),
            zero,
            problem.w(),
            CudaBuffer.pointer(dw)),
        "cudnnConvolutionBackwardFilter");
  }

  private void check(int status, String call) {
    if (status != CudnnStatus.SUCCESS) {
      throw CudnnStatus.failure(status, call + " for " + spec.describe());
    }
  }

  @Override
  public void close() {
    problem.close();
  }

  /** The work of a pass. */
  private interface Pass {
    void run(
        CudaStream stream,
        DeviceBuffer a,
        DeviceBuffer b,
        @Nullable DeviceBuffer bias,
        DeviceBuffer out);
  }

  /** One algorithm for one pass; the descriptors are their owner's. */
  private record CudnnWay(String name, String what, long workspaceBytes, Pass pass) implements Way {
    @Override
    public void run(
        Stream stream,
        DeviceBuffer a,
        DeviceBuffer b,
        @Nullable DeviceBuffer bias,
        DeviceBuffer out) {
      CudaStream here = (CudaStream) stream;
      here.enqueuing(what);
      here.enter();
      pass.run(here, a, b, bias, out);
    }
  }
}
