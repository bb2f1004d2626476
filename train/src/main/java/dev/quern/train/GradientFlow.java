package dev.quern.train;

import dev.quern.train.Network.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which gradients a backward pass needs and where each lies, worked out before there is any memory.
 *
 * <p>A value's gradient is needed if something before it is trained. It is the sum of what the
 * entries that take the value contribute, in the order in which they go back: the first one writes
 * it, each other writes beside it and is added. An entry that passes its gradient on contributes
 * the very memory that it got, without a copy. Memory that several read, work {@link
 * dev.quern.core.Stream#beside} the rest included, which reads at any time, is <i>shared</i>:
 * nobody writes into it any more, sums go elsewhere, and an entry that changes its gradient gets a
 * copy. Memory that is not shared an entry that can writes its own contribution over.
 */
final class GradientFlow {
  static final int NONE = Network.NONE;

  /**
   * A sum that follows the backward pass of an entry: {@code into = a + b}.
   *
   * @param a a slot
   * @param b a slot
   * @param into one of the two, or a third
   * @param elements how many, a row of the batch
   */
  record Sum(int a, int b, int into, int elements) {}

  private final Network network;
  private final boolean[] needed;
  private final int[] slotOf;
  private final boolean[] shared;
  private final int[] copy;
  private final int[][] written;
  private final List<List<Sum>> sums = new ArrayList<>();
  private final List<Integer> slots = new ArrayList<>();
  private final List<Integer> spare = new ArrayList<>();

  private GradientFlow(Network network) {
    this.network = network;
    int entries = network.entries().size();
    needed = new boolean[entries + 1];
    slotOf = new int[entries + 1];
    Arrays.fill(slotOf, NONE);
    shared = new boolean[entries + 1];
    copy = new int[entries];
    Arrays.fill(copy, NONE);
    written = new int[entries][];
    for (int i = 0; i < entries; i++) {
      written[i] = new int[network.entries().get(i).inputs().size()];
      Arrays.fill(written[i], NONE);
      sums.add(new ArrayList<>());
    }
  }

  /** No gradients at all: evaluation. */
  static GradientFlow none(Network network) {
    return new GradientFlow(network);
  }

  /** The gradients of training. */
  static GradientFlow of(Network network) {
    GradientFlow flow = new GradientFlow(network);
    List<Entry> entries = network.entries();
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      flow.needed[i + 1] =
          entry.trains() || entry.inputs().stream().anyMatch(value -> flow.needed[value]);
    }
    int output = entries.size();
    if (flow.needed[output]) {
      flow.slotOf[output] = flow.newSlot(output);
    }
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (flow.needed[i + 1]) {
        flow.goBack(i);
      }
    }
    return flow;
  }

  private void goBack(int i) {
    Entry entry = network.entries().get(i);
    int value = i + 1;
    if (shared[value] && entry.operation().changesOutputGradient()) {
      copy[i] = newSlot(value);
    }
    long receivers = entry.inputs().stream().filter(input -> needed[input]).count();
    int spares = 0;
    for (int j = 0; j < written[i].length; j++) {
      int input = entry.inputs().get(j);
      if (!needed[input]) {
        continue;
      }
      if (entry.operation().passesGradient()) {
        pass(i, input, shared[value] || receivers > 1);
      } else if (slotOf[input] == NONE && entry.operation().goesBackInPlace() && owns(i)) {
        written[i][j] = slotOf[input] = copy[i] == NONE ? slotOf[value] : copy[i];
      } else if (slotOf[input] == NONE) {
        written[i][j] = slotOf[input] = newSlot(input);
      } else if (shared[input]) {
        written[i][j] = newSlot(input);
        add(i, input, written[i][j], written[i][j]);
      } else {
        written[i][j] = spareSlot(spares++, input);
        add(i, input, written[i][j], slotOf[input]);
      }
    }
  }

  /** Whether nobody but entry {@code i} reads the memory that it gets its gradient in. */
  private boolean owns(int i) {
    return !shared[i + 1] || copy[i] != NONE;
  }

  /** Entry {@code i} contributes its own gradient to one of its inputs. */
  private void pass(int i, int input, boolean readByOthers) {
    int own = slotOf[i + 1];
    if (slotOf[input] == NONE) {
      slotOf[input] = own;
      shared[input] = readByOthers;
    } else {
      add(i, input, own, shared[input] ? newSlot(input) : slotOf[input]);
    }
  }

  private void add(int i, int input, int contribution, int into) {
    sums.get(i).add(new Sum(slotOf[input], contribution, into, network.shape(input).elements()));
    slotOf[input] = into;
    shared[input] = false;
  }

  private int newSlot(int value) {
    slots.add(network.shape(value).elements());
    return slots.size() - 1;
  }

  /** Memory for what is added at once; the {@code number}-th that one entry asks for. */
  private int spareSlot(int number, int value) {
    if (number == spare.size()) {
      spare.add(newSlot(value));
    }
    int slot = spare.get(number);
    slots.set(slot, Math.max(slots.get(slot), network.shape(value).elements()));
    return slot;
  }

  /** Elements of each slot, a row of the batch. */
  List<Integer> slots() {
    return slots;
  }

  /** The slot of the gradient by value number {@code value}, or {@link #NONE}. */
  int slot(int value) {
    return slotOf[value];
  }

  /** The slot that entry {@code i} gets a copy of its gradient in, or {@link #NONE} for no copy. */
  int copy(int i) {
    return copy[i];
  }

  /** The slot that entry {@code i} writes the gradient by its input {@code j} into. */
  int written(int i, int j) {
    return written[i][j];
  }

  /** What is added up after the backward pass of entry {@code i}. */
  List<Sum> sums(int i) {
    return sums.get(i);
  }
}
