package dev.quern.peers.dl4j;

import dev.quern.bench.peers.Digits;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** The MNIST network and its batches, NCHW, which is the faster of the two layouts here. */
final class MnistNetwork {
  static final CNN2DFormat LAYOUT = CNN2DFormat.NCHW;

  private MnistNetwork() {}

  static MultiLayerNetwork made() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .dataType(DataType.FLOAT)
                .weightInit(WeightInit.XAVIER)
                .updater(new Adam(0.001))
                .list()
                .layer(convolution(32))
                .layer(pooling())
                .layer(convolution(64))
                .layer(pooling())
                .layer(new DenseLayer.Builder().nOut(128).activation(Activation.RELU).build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1, LAYOUT))
                .build());
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(int filters) {
    return new ConvolutionLayer.Builder(3, 3)
        .nOut(filters)
        .activation(Activation.RELU)
        .dataFormat(LAYOUT)
        .build();
  }

  private static SubsamplingLayer pooling() {
    return new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
        .kernelSize(2, 2)
        .stride(2, 2)
        .dataFormat(LAYOUT)
        .build();
  }

  static List<DataSet> batches(Digits digits) {
    int batch = digits.batch();
    long[] shape = {batch, 1, 28, 28};
    List<DataSet> batches = new ArrayList<>();
    for (int i = 0; i < digits.batches(); i++) {
      float[] labels = new float[batch * 10];
      int[] classes = digits.labels(i);
      for (int row = 0; row < batch; row++) {
        labels[row * 10 + classes[row]] = 1;
      }
      batches.add(
          new DataSet(
              Nd4j.create(digits.pixels(i), shape, DataType.FLOAT),
              Nd4j.create(labels, new long[] {batch, 10}, DataType.FLOAT)));
    }
    return batches;
  }
}
