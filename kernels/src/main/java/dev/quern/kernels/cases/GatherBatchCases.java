package dev.quern.kernels.cases;

import static dev.quern.core.DataType.FLOAT32;
import static dev.quern.core.DataType.INT32;
import static dev.quern.core.DataType.UINT8;

import dev.quern.core.DataType;
import dev.quern.kernels.GatherBatch;
import dev.quern.kernels.Pass;
import dev.quern.kernels.Precision;
import dev.quern.kernels.reference.ReferenceGatherBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Cases of {@link GatherBatch}. */
final class GatherBatchCases {
  private static final int LABELS = 10;

  private GatherBatchCases() {}

  static Case<GatherBatch> of(GatherBatch.Spec spec, Fill fill, Variant variant) {
    return new Case<>(spec, fill, variant, in -> List.of(forward(spec, in)));
  }

  private static Run<GatherBatch> forward(GatherBatch.Spec spec, Inputs in) {
    long count = (long) spec.rows() * spec.elements();
    Source data = spec.type() == UINT8 ? in.bytes("data", count) : in.floats("data", count);
    Source labels = in.ints("labels", spec.rows(), 0, LABELS);
    Source indices = in.ints("indices", spec.picks(), 0, Math.max(1, spec.rows()));
    int batches = spec.batch() == 0 ? 0 : (spec.picks() + spec.batch() - 1) / spec.batch();
    // One more than there are batches: a batch of filling alone.
    Source cursor = in.ints("cursor", 1, 0, batches + 1);
    Arguments arguments =
        new Arguments(in)
            .input("data", data)
            .input("labels", labels)
            .input("indices", indices)
            .updated("cursor", cursor);
    arguments.output("x", (long) spec.batch() * spec.elements());
    arguments.output("y", INT32, spec.batch());
    return new Run<GatherBatch>(
            Pass.FORWARD,
            arguments.list(),
            (kernel, stream, to) ->
                kernel.run(
                    stream,
                    to.get("data"),
                    to.get("labels"),
                    to.get("indices"),
                    to.get("cursor"),
                    to.get("x"),
                    to.get("y")),
            () -> expected(spec, in, data, labels, indices, cursor.ints()[0]))
        .counting("cursor", Math.max(1, batches));
  }

  private static Map<String, Expected> expected(
      GatherBatch.Spec spec, Inputs in, Source data, Source labels, Source indices, int cursor) {
    ReferenceGatherBatch after =
        ReferenceGatherBatch.gather(spec, data.numbers(), labels.ints(), indices.ints(), cursor);
    boolean whole =
        (spec.type() == UINT8 || in.fill() == Fill.WHOLE)
            && spec.scale() == Math.rint(spec.scale())
            && spec.shift() == Math.rint(spec.shift());
    return Map.of(
        "x", Expected.linear(after.x(), Precision.FP32, whole),
        "y", Expected.exactly(after.y()),
        "cursor", Expected.exactly(cursor + 1));
  }

  static List<Case<GatherBatch>> all() {
    List<Case<GatherBatch>> cases = new ArrayList<>();
    for (DataType type : new DataType[] {UINT8, FLOAT32}) {
      for (int elements : Cases.SIZES) {
        cases.add(at(0, new GatherBatch.Spec(type, 11, elements, 13, 5, 1 / 255f, 0)));
      }
      GatherBatch.Spec spec = new GatherBatch.Spec(type, 20, 37, 19, 8, 1, 0);
      cases.add(at(0, spec));
      cases.add(at(1, spec));
      cases.add(at(2, spec));
      cases.add(at(3, spec));
      cases.add(at(1000, spec));
      cases.add(of(spec, Fill.WHOLE, outside()));
      cases.add(at(0, new GatherBatch.Spec(type, 20, 37, 0, 8, 1, 0)));
      cases.add(at(0, new GatherBatch.Spec(type, 0, 37, 0, 8, 1, 0)));
      cases.add(at(0, new GatherBatch.Spec(type, 20, 37, 19, 0, 1, 0)));
      cases.add(at(0, new GatherBatch.Spec(type, 20, 37, 100, 64, 2 / 255f, -1)));
      // The MNIST network's own, from a part of its data set.
      GatherBatch.Spec digits = new GatherBatch.Spec(type, 500, 784, 500, 32, 1 / 255f, 0);
      cases.add(of(digits, Fill.REAL, Variant.PLAIN));
    }
    return cases;
  }

  private static Case<GatherBatch> at(int cursor, GatherBatch.Spec spec) {
    return of(
        spec,
        Fill.WHOLE,
        Variant.named("batch" + cursor).ints("cursor", value -> value[0] = cursor));
  }

  /** Indices outside the data set, on both sides. */
  private static Variant outside() {
    return Variant.named("outside")
        .ints("cursor", cursor -> cursor[0] = 0)
        .ints(
            "indices",
            indices -> {
              indices[1] = -1;
              indices[3] = 20;
              indices[4] = Integer.MAX_VALUE;
              indices[6] = Integer.MIN_VALUE;
            });
  }
}
