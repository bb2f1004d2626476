package dev.quern.kernels.cases;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is computed when it is first asked for, and kept; for one thread. */
final class Once<T> implements Supplier<T> {
  private @Nullable Supplier<T> maker;
  private @Nullable T made;

  Once(Supplier<T> maker) {
    this.maker = maker;
  }

  @Override
  public T get() {
    if (maker != null) {
      made = maker.get();
      maker = null; // and what it was made from can go
    }
    return Objects.requireNonNull(made);
  }
}
