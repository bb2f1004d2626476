package dev.quern.kernels.indirect;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Positions along one axis of a convolution that are reached by the same partners at the same
 * relative places, so that one list of steps serves them all: the inside of an image, its first
 * pixel, its last, and so on. Which pixels padding, stride and dilation connect is settled here
 * once, and kernels never test for borders.
 *
 * @param members the positions
 * @param bases for each member, where in the operand its partners are counted from
 * @param partners the positions that reach every member
 * @param offsets for each partner, how far from a member's base it reads
 */
record AxisClass(int[] members, int[] bases, int[] partners, int[] offsets) {

  /** Which operand position a member and a partner meet at. */
  interface Meeting {
    /** Marks that the two do not meet. */
    int NOWHERE = Integer.MIN_VALUE;

    /** The operand position, or {@link #NOWHERE}. */
    int of(int member, int partner);
  }

  /** What members of one class have in common. */
  private record Key(List<Integer> partners, List<Integer> offsets) {}

  /**
   * Sorts members 0 to {@code members} into classes by the partners 0 to {@code partners} they
   * meet.
   */
  static List<AxisClass> of(int members, int partners, Meeting meeting) {
    Map<Key, List<int[]>> classes = new LinkedHashMap<>();
    for (int member = 0; member < members; member++) {
      List<Integer> met = new ArrayList<>();
      List<Integer> offsets = new ArrayList<>();
      int base = 0;
      for (int partner = 0; partner < partners; partner++) {
        int position = meeting.of(member, partner);
        if (position != Meeting.NOWHERE) {
          base = met.isEmpty() ? position : base;
          met.add(partner);
          offsets.add(position - base);
        }
      }
      classes
          .computeIfAbsent(new Key(met, offsets), key -> new ArrayList<>())
          .add(new int[] {member, base});
    }
    return classes.entrySet().stream()
        .map(
            entry ->
                new AxisClass(
                    entry.getValue().stream().mapToInt(pair -> pair[0]).toArray(),
                    entry.getValue().stream().mapToInt(pair -> pair[1]).toArray(),
                    entry.getKey().partners().stream().mapToInt(i -> i).toArray(),
                    entry.getKey().offsets().stream().mapToInt(i -> i).toArray()))
        .toList();
  }
}
