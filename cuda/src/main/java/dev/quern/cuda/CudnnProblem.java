package dev.quern.cuda;

import dev.quern.kernels.Conv2d;
import dev.quern.kernels.Layout;
import dev.quern.kernels.Precision;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnActivationDescriptor;
import jcuda.jcudnn.cudnnActivationMode;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** A convolution's spec in cuDNN's descriptors. */
final class CudnnProblem implements AutoCloseable {
  private final cudnnTensorDescriptor x = new cudnnTensorDescriptor();
  private final cudnnTensorDescriptor y = new cudnnTensorDescriptor();
  private final cudnnTensorDescriptor bias = new cudnnTensorDescriptor();
  private final cudnnFilterDescriptor w = new cudnnFilterDescriptor();
  private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();
  private final cudnnActivationDescriptor activation = new cudnnActivationDescriptor();

  /** Whether cuDNN can express it: padding is the same on both sides, and nothing is empty. */
  static boolean covers(Conv2d.Spec spec) {
    return spec.padTop() == spec.padBottom()
        && spec.padLeft() == spec.padRight()
        && spec.inputs() > 0
        && spec.outputs() > 0
        && spec.weights() > 0;
  }

  CudnnProblem(Conv2d.Spec spec) {
    try {
      check(JCudnn.cudnnCreateTensorDescriptor(x), spec);
      check(JCudnn.cudnnCreateTensorDescriptor(y), spec);
      check(JCudnn.cudnnCreateTensorDescriptor(bias), spec);
      check(JCudnn.cudnnCreateFilterDescriptor(w), spec);
      check(JCudnn.cudnnCreateConvolutionDescriptor(convolution), spec);
      check(JCudnn.cudnnCreateActivationDescriptor(activation), spec);
      describe(spec);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void describe(Conv2d.Spec spec) {
    int format =
        spec.layout() == Layout.NHWC
            ? cudnnTensorFormat.CUDNN_TENSOR_NHWC
            : cudnnTensorFormat.CUDNN_TENSOR_NCHW;
    int type = cudnnDataType.CUDNN_DATA_FLOAT;
    check(
        JCudnn.cudnnSetTensor4dDescriptor(x, format, type, spec.n(), spec.c(), spec.h(), spec.w()),
        spec);
    check(
        JCudnn.cudnnSetTensor4dDescriptor(y, format, type, spec.n(), spec.k(), spec.p(), spec.q()),
        spec);
    check(JCudnn.cudnnSetTensor4dDescriptor(bias, format, type, 1, spec.k(), 1, 1), spec);
    check(
        JCudnn.cudnnSetFilter4dDescriptor(
            w, type, format, spec.k(), spec.c() / spec.groups(), spec.r(), spec.s()),
        spec);
    describeConvolution(spec);
    int function =
        spec.epilogue().hasRelu()
            ? cudnnActivationMode.CUDNN_ACTIVATION_RELU
            : cudnnActivationMode.CUDNN_ACTIVATION_IDENTITY;
    int nan = cudnnNanPropagation.CUDNN_PROPAGATE_NAN;
    check(JCudnn.cudnnSetActivationDescriptor(activation, function, nan, 0), spec);
  }

  private void describeConvolution(Conv2d.Spec spec) {
    check(
        JCudnn.cudnnSetConvolution2dDescriptor(
            convolution,
            spec.padTop(),
            spec.padLeft(),
            spec.strideH(),
            spec.strideW(),
            spec.dilationH(),
            spec.dilationW(),
            cudnnConvolutionMode.CUDNN_CROSS_CORRELATION,
            cudnnDataType.CUDNN_DATA_FLOAT),
        spec);
    check(JCudnn.cudnnSetConvolutionGroupCount(convolution, spec.groups()), spec);
    // The default math may use TF32 from the A100 on; FMA is what "exact" asks for.
    int math =
        spec.precision() == Precision.FP32
            ? cudnnMathType.CUDNN_FMA_MATH
            : cudnnMathType.CUDNN_DEFAULT_MATH;
    check(JCudnn.cudnnSetConvolutionMathType(convolution, math), spec);
  }

  private static void check(int status, Conv2d.Spec spec) {
    CudnnStatus.check(status, "describing " + spec.describe());
  }

  cudnnTensorDescriptor x() {
    return x;
  }

  cudnnTensorDescriptor y() {
    return y;
  }

  cudnnTensorDescriptor bias() {
    return bias;
  }

  cudnnFilterDescriptor w() {
    return w;
  }

  cudnnConvolutionDescriptor convolution() {
    return convolution;
  }

  cudnnActivationDescriptor activation() {
    return activation;
  }

  @Override
  public void close() {
    JCudnn.cudnnDestroyTensorDescriptor(x);
    JCudnn.cudnnDestroyTensorDescriptor(y);
    JCudnn.cudnnDestroyTensorDescriptor(bias);
    JCudnn.cudnnDestroyFilterDescriptor(w);
    JCudnn.cudnnDestroyConvolutionDescriptor(convolution);
    JCudnn.cudnnDestroyActivationDescriptor(activation);
  }
}
