package dev.quern.peers.clblast;

import dev.quern.bench.peers.BlasProduct;
import dev.quern.bench.peers.Operands;
import dev.quern.kernels.Gemm;

/** A product by CLBlastSgemm. */
final class Product extends BlasProduct {
  private final ClBlastLibrary library;
  private final OpenClQueue queue;
  private final long a;
  private final long b;
  private final long c;

  Product(ClBlastLibrary library, OpenClQueue queue, Gemm.Spec spec, Operands operands) {
    super(spec, operands);
    this.library = library;
    this.queue = queue;
    a = queue.filled(operands.floats("a", spec.elementsA()));
    b = queue.filled(operands.floats("b", spec.elementsB()));
    c = queue.filled(new float[Math.toIntExact(spec.elementsC())]);
  }

  @Override
  public void run() {
    library.enqueue(spec(), a, b, c, queue.address());
  }

  @Override
  public void await() {
    queue.finish();
  }

  @Override
  protected float[] product() {
    float[] product = new float[Math.toIntExact(spec().elementsC())];
    queue.read(c, product);
    return product;
  }

  @Override
  public void close() {
    queue.release(a);
    queue.release(b);
    queue.release(c);
  }
}
