package dev.quern.train.data;

/** What a network should answer to each row of a data set. */
sealed interface Answers {

  /**
   * One right class a row.
   *
   * @param labels the classes
   * @param classes how many there are
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Labels(int[] labels, int classes) implements Answers {}

  /**
   * Numbers to come near to.
   *
   * @param targets the numbers, row after row
   * @param elements numbers of a row
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Numbers(float[] targets, int elements) implements Answers {}
}
