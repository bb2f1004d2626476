package dev.quern.train;

/** What training makes small. */
public enum Loss {
  /** Cross-entropy of a softmax against one right class a row, mean over the batch. */
  SPARSE_CATEGORICAL_CROSSENTROPY
}
