package dev.quern.examples.check;

import dev.quern.core.Device;
import dev.quern.core.DeviceBuffer;
import dev.quern.kernels.Gemm;
import dev.quern.kernels.Precision;

/**
 * Matrix product vectors. The gradients are products themselves: {@code da = alpha dc op(b)^T} and
 * {@code db = alpha op(a)^T dc}, each transposed where its matrix is stored so.
 */
final class GemmVectors {
  private final Device device;
  private final VectorCase vector;
  private final Gemm.Spec spec;

  private GemmVectors(Device device, VectorCase vector, Precision precision) {
    this.device = device;
    this.vector = vector;
    JsonObject a = vector.attributes();
    if (a.has("order") && !a.text("order").equals("row-major")) {
      throw new CheckException("matrices must be row-major, but are " + a.text("order"));
    }
    spec =
        Gemm.builder(a.whole("m"), a.whole("n"), a.whole("k"))
            .transposed(a.flag("trans_a"), a.flag("trans_b"))
            .leads(a.whole("lda"), a.whole("ldb"), a.whole("ldc"))
            .scale((float) a.number("alpha"), (float) a.number("beta"))
            .precision(precision)
            .build();
  }

  static VectorAnswer gemm(Device device, VectorCase vector, Precision precision) {
    return new GemmVectors(device, vector, precision).answer();
  }

  private VectorAnswer answer() {
    Gemm.Spec forA = gradientOfA();
    Gemm.Spec forB = gradientOfB();
    VectorAnswer answer = new VectorAnswer(spec, forA, forB);
    try (DeviceRun run = new DeviceRun(device)) {
      DeviceBuffer a = run.upload("a", vector.get("a"));
      DeviceBuffer b = run.upload("b", vector.get("b"));
      DeviceBuffer c = run.upload("c", vector.get("c_in"));
      run.prepare(spec).run(run.stream(), a, b, null, c);
      addProduct(answer, run.read(c));
      DeviceBuffer dc = run.upload("dc", vector.get("dc"));
      DeviceBuffer da = run.output("da", forA.elementsC());
      Gemm kernelA = run.prepare(forA);
      if (spec.transA()) {
        kernelA.run(run.stream(), b, dc, null, da);
      } else {
        kernelA.run(run.stream(), dc, b, null, da);
      }
      DeviceBuffer db = run.output("db", forB.elementsC());
      Gemm kernelB = run.prepare(forB);
      if (spec.transB()) {
        kernelB.run(run.stream(), dc, a, null, db);
      } else {
        kernelB.run(run.stream(), a, dc, null, db);
      }
      return answer.add("da", run.read(da)).add("db", run.read(db));
    }
  }

  /** The matrix within its rows to the tolerance of the case, the gaps between them untouched. */
  private void addProduct(VectorAnswer answer, float[] c) {
    double[] before = vector.get("c_in").values();
    boolean[] own = new boolean[c.length];
    for (int i = 0; i < c.length; i++) {
      own[i] = spec.ldc() > 0 && i / spec.ldc() < spec.m() && i % spec.ldc() < spec.n();
      if (!own[i] && Double.compare(c[i], before[i]) != 0) {
        throw new CheckException(
            "c_out: element %d lies between the rows and must stay %s, but is %s; %s"
                .formatted(i, before[i], c[i], spec.describe()));
      }
    }
    answer.addPart("c_out", c, own);
  }

  private Gemm.Spec gradientOfA() {
    int m = spec.m();
    int n = spec.n();
    int k = spec.k();
    // Stored [m, k]: dc op(b)^T. Stored [k, m]: its transpose, op(b) dc^T.
    return spec.transA()
        ? gradient(Gemm.builder(k, m, n).transposed(spec.transB(), true).leads(spec.ldb(), n, m))
        : gradient(Gemm.builder(m, k, n).transposed(false, !spec.transB()).leads(n, spec.ldb(), k));
  }

  private Gemm.Spec gradientOfB() {
    int m = spec.m();
    int n = spec.n();
    int k = spec.k();
    // Stored [k, n]: op(a)^T dc. Stored [n, k]: its transpose, dc^T op(a).
    return spec.transB()
        ? gradient(Gemm.builder(n, k, m).transposed(true, spec.transA()).leads(n, spec.lda(), k))
        : gradient(Gemm.builder(k, n, m).transposed(!spec.transA(), false).leads(spec.lda(), n, n));
  }

  private Gemm.Spec gradient(Gemm.Builder builder) {
    return builder.scale(spec.alpha(), 0).precision(spec.precision()).build();
  }
}
