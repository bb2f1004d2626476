package dev.quern.cuda;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The libraries' handles of one device. Making one takes milliseconds, so that streams hand theirs
 * on when they are closed.
 */
final class LibraryPool implements AutoCloseable {
  private final CudaDevice device;
  private final List<StreamLibraries> all = new ArrayList<>();
  private final Deque<StreamLibraries> free = new ArrayDeque<>();

  LibraryPool(CudaDevice device) {
    this.device = device;
  }

  /** Handles for one user alone, until they are given back. */
  synchronized StreamLibraries take() {
    StreamLibraries idle = free.poll();
    if (idle != null) {
      return idle;
    }
    StreamLibraries made = new StreamLibraries(device);
    all.add(made);
    return made;
  }

  synchronized void giveBack(StreamLibraries libraries) {
    libraries.detach();
    free.push(libraries);
  }

  @Override
  public synchronized void close() {
    all.forEach(StreamLibraries::close);
    all.clear();
    free.clear();
  }
}
