package dev.quern.bench.peers;

import dev.quern.bench.suite.Problem;
import dev.quern.kernels.Gemm;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A peer that does what the property {@code mood} says, and says which process it is. */
public final class MoodyPeer implements Peer {
  private static final String MOOD = System.getProperty("mood", "right");

  /** Runs of a rehearsal are well below. */
  private static final int RUNS_BEFORE_TROUBLE = 3;

  /** For the service loader. */
  public MoodyPeer() {
    if (MOOD.equals("not installed")) {
      throw new NotOfferedException("install it");
    }
    if (MOOD.equals("broken")) {
      throw new UnsatisfiedLinkError("no such library");
    }
  }

  @Override
  public String version() {
    return "1.2 of " + ProcessHandle.current().pid();
  }

  @Override
  public KernelRun kernel(Problem.Kernel problem, Operands operands) {
    if (problem.spec() instanceof Gemm.Spec spec) {
      return new Product(spec, operands);
    }
    throw new NotOfferedException("products are all it has");
  }

  @Override
  public TrainingRun training(Digits digits) {
    return new Training();
  }

  private static final class Product extends BlasProduct {
    private final float[] a;
    private final float[] b;
    private final float[] c;
    private int runs;

    Product(Gemm.Spec spec, Operands operands) {
      super(spec, operands);
      a = operands.floats("a", spec.elementsA());
      b = operands.floats("b", spec.elementsB());
      c = new float[(int) spec.elementsC()];
    }

    @Override
    public void run() {
      Gemm.Spec spec = spec();
      for (int i = 0; i < spec.m(); i++) {
        for (int j = 0; j < spec.n(); j++) {
          float sum = MOOD.equals("wrong") ? 1 : 0;
          for (int k = 0; k < spec.k(); k++) {
            sum += a[i * spec.k() + k] * b[k * spec.n() + j];
          }
          c[i * spec.n() + j] = sum;
        }
      }
      runs++;
      if (runs > RUNS_BEFORE_TROUBLE) {
        trouble();
      }
    }

    @Override
    protected float[] product() {
      return c.clone();
    }

    @Override
    public void close() {}
  }

  private static void trouble() {
    switch (MOOD) {
      case "crash" -> {
        System.err.println("out of luck\n");
        Runtime.getRuntime().halt(134);
      }
      case "hang" -> {
        try {
          Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
      case "talk" -> say("no end of a line, and then: " + Lines.MARK + Lines.TIME);
      case "err" -> throw new IllegalStateException("nothing\nworks");
      default -> {}
    }
  }

  /** As native code would, past System.out. */
  @SuppressWarnings("resource") // stdout is not for closing
  private static void say(String text) {
    try {
      new FileOutputStream(FileDescriptor.out).write(text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Never learns. */
  private static final class Training implements TrainingRun {
    @Override
    public String how() {
      return "not at all";
    }

    @Override
    public void run() {}

    @Override
    public long parameters() {
      return MOOD.equals("other network") ? 7 : 225_034;
    }

    @Override
    public double loss() {
      return 2.3;
    }

    @Override
    public void close() {}
  }
}
