package dev.quern.examples.check;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads ONNX models and tensors, as much of them as single-operator cases need. Source of the field
 * numbers: onnx/onnx.proto.
 */
final class OnnxReader {
  private OnnxReader() {}

  /** Reads a model file. */
  static OnnxModel model(Path file) {
    return model(file.toString(), bytes(file));
  }

  /** Reads a file with one tensor. */
  static Tensor tensor(Path file) {
    return tensor(file.toString(), bytes(file));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new CheckException("there is no readable file " + file, e);
    }
  }

  /** Reads a ModelProto. */
  static OnnxModel model(String where, byte[] bytes) {
    ProtoReader in = new ProtoReader(where, bytes);
    Map<String, Integer> opsets = new HashMap<>();
    OnnxModel graph = null;
    while (in.next()) {
      switch (in.field()) {
        case 7 -> graph = graph(in.message("graph"), opsets);
        case 8 -> opset(in.message("opset"), opsets);
        default -> in.skip();
      }
    }
    if (graph == null) {
      throw new CheckException(where + " cannot be read as an ONNX model: it has no graph");
    }
    return graph;
  }

  private static void opset(ProtoReader in, Map<String, Integer> opsets) {
    String domain = "";
    long version = 0;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> domain = in.text();
        case 2 -> version = in.integer();
        default -> in.skip();
      }
    }
    opsets.put(domain, Math.clamp(version, 0, Integer.MAX_VALUE));
  }

  private static OnnxModel graph(ProtoReader in, Map<String, Integer> opsets) {
    OnnxModel graph = new OnnxModel(opsets);
    while (in.next()) {
      switch (in.field()) {
        case 1 -> graph.nodes().add(node(in.message("node")));
        case 5 -> {
          NamedTensor weight = namedTensor(in.message("initializer"));
          graph.initializers().put(weight.name(), weight.tensor());
        }
        case 11 -> graph.inputs().add(valueName(in.message("input")));
        case 12 -> graph.outputs().add(valueName(in.message("output")));
        default -> in.skip();
      }
    }
    return graph;
  }

  private static String valueName(ProtoReader in) {
    String name = "";
    while (in.next()) {
      if (in.field() == 1) {
        name = in.text();
      } else {
        in.skip();
      }
    }
    return name;
  }

  private static OnnxNode node(ProtoReader in) {
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, OnnxAttribute> attributes = new HashMap<>();
    String type = "";
    String domain = "";
    while (in.next()) {
      switch (in.field()) {
        case 1 -> inputs.add(in.text());
        case 2 -> outputs.add(in.text());
        case 4 -> type = in.text();
        case 5 -> {
          OnnxAttribute attribute = attribute(in.message("attribute"));
          attributes.put(attribute.name(), attribute);
        }
        case 7 -> domain = in.text();
        default -> in.skip();
      }
    }
    return new OnnxNode(type, domain, inputs, outputs, attributes);
  }

  private static OnnxAttribute attribute(ProtoReader in) {
    String name = "";
    float number = 0;
    long integer = 0;
    String text = "";
    Tensor tensor = null;
    NumberList list = new NumberList();
    while (in.next()) {
      switch (in.field()) {
        case 1 -> name = in.text();
        case 2 -> number = in.number();
        case 3 -> integer = in.integer();
        case 4 -> text = in.text();
        case 5 -> tensor = namedTensor(in.message("tensor")).tensor();
        case 7 -> in.numbers(list);
        case 8 -> in.integers(list);
        default -> in.skip();
      }
    }
    return new OnnxAttribute(name, number, integer, text, list.toArray(), tensor);
  }

  /** Reads a TensorProto. */
  static Tensor tensor(String where, byte[] bytes) {
    return namedTensor(new ProtoReader(where, bytes)).tensor();
  }

  private record NamedTensor(String name, Tensor tensor) {}

  private static NamedTensor namedTensor(ProtoReader in) {
    String name = "";
    long type = 0;
    NumberList dims = new NumberList();
    NumberList values = new NumberList();
    ByteBuffer raw = null;
    while (in.next()) {
      switch (in.field()) {
        case 1 -> in.integers(dims);
        case 2 -> type = in.integer();
        case 4 -> in.numbers(values);
        case 5, 7 -> in.integers(values);
        case 8 -> name = in.text();
        case 9 -> raw = in.raw();
        case 13 -> throw in.wrong("keeps its values in another file, which is not offered");
        default -> in.skip();
      }
    }
    return new NamedTensor(name, tensor(in, elementType(in, type), shape(in, dims), values, raw));
  }

  private static Tensor tensor(
      ProtoReader in, ElementType type, int[] shape, NumberList values, @Nullable ByteBuffer raw) {
    long count = Tensor.count(shape);
    long found = raw == null ? values.count() : raw.remaining() / type.bytes();
    boolean whole = raw == null || raw.remaining() % type.bytes() == 0;
    if (found != count || !whole) {
      throw in.wrong("has " + found + " values where its dims say " + count);
    }
    return raw == null ? new Tensor(type, shape, values.toArray()) : Tensor.read(type, shape, raw);
  }

  private static int[] shape(ProtoReader in, NumberList dims) {
    double[] wide = dims.toArray();
    int[] shape = new int[wide.length];
    for (int i = 0; i < shape.length; i++) {
      shape[i] = (int) wide[i];
      if (shape[i] != wide[i] || shape[i] < 0) {
        throw in.wrong("has a dim of " + wide[i]);
      }
    }
    return shape;
  }

  private static ElementType elementType(ProtoReader in, long type) {
    return switch (Math.clamp(type, 0, Integer.MAX_VALUE)) {
      case 1 -> ElementType.FLOAT32;
      case 2 -> ElementType.UINT8;
      case 6 -> ElementType.INT32;
      case 7 -> ElementType.INT64;
      case 9 -> ElementType.BOOL;
      case 11 -> ElementType.FLOAT64;
      default ->
          throw in.wrong(
              "holds elements of type "
                  + type
                  + ", of which only 1, 2, 6, 7, 9 and 11 are offered");
    };
  }
}
