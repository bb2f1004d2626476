package dev.quern.examples.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Writes cases of one operator in ONNX's format, for tests. */
final class OnnxFiles {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private OnnxFiles() {}

  /** A float tensor with its values in {@code raw_data}. */
  static ProtoWriter floats(int[] shape, double... values) {
    ByteBuffer raw = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      raw.putFloat((float) value);
    }
    return dims(shape).integer(2, FLOAT).raw(9, raw.array());
  }

  /** An int64 tensor with its values in {@code int64_data}. */
  static ProtoWriter longs(int[] shape, long... values) {
    return dims(shape).integer(2, INT64).packed(7, values);
  }

  private static ProtoWriter dims(int... shape) {
    ProtoWriter tensor = new ProtoWriter();
    for (int extent : shape) {
      tensor.integer(1, extent);
    }
    return tensor;
  }

  static ProtoWriter integer(String name, long value) {
    return new ProtoWriter().text(1, name).integer(3, value);
  }

  static ProtoWriter number(String name, float value) {
    return new ProtoWriter().text(1, name).number(2, value);
  }

  static ProtoWriter text(String name, String value) {
    return new ProtoWriter().text(1, name).text(4, value);
  }

  static ProtoWriter integers(String name, long... values) {
    return new ProtoWriter().text(1, name).packed(8, values);
  }

  /** A node with inputs x0, x1, ... and outputs y0, y1, ... */
  static ProtoWriter node(String type, int inputs, int outputs, ProtoWriter... attributes) {
    ProtoWriter node = new ProtoWriter().text(4, type);
    for (int i = 0; i < inputs; i++) {
      node.text(1, "x" + i);
    }
    for (int i = 0; i < outputs; i++) {
      node.text(2, "y" + i);
    }
    for (ProtoWriter attribute : attributes) {
      node.message(5, attribute);
    }
    return node;
  }

  /** A model of one node. */
  static byte[] model(int opset, int inputs, int outputs, ProtoWriter node) {
    ProtoWriter graph = new ProtoWriter().message(1, node);
    for (int i = 0; i < inputs; i++) {
      graph.message(11, new ProtoWriter().text(1, "x" + i));
    }
    for (int i = 0; i < outputs; i++) {
      graph.message(12, new ProtoWriter().text(1, "y" + i));
    }
    ProtoWriter version = new ProtoWriter().text(1, "").integer(2, opset);
    return new ProtoWriter().message(7, graph).message(8, version).toByteArray();
  }

  /** Writes the files of a case's data. */
  static void write(Path folder, byte[] model, ProtoWriter[] inputs, ProtoWriter[] outputs) {
    NumpyFiles.write(folder.resolve("model.onnx"), model);
    Path set = folder.resolve("test_data_set_0");
    for (int i = 0; i < inputs.length; i++) {
      NumpyFiles.write(set.resolve("input_" + i + ".pb"), inputs[i].toByteArray());
    }
    for (int i = 0; i < outputs.length; i++) {
      NumpyFiles.write(set.resolve("output_" + i + ".pb"), outputs[i].toByteArray());
    }
  }
}
