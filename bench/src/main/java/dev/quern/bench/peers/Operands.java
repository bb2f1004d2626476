package dev.quern.bench.peers;

/** The inputs of a kernel, by the roles of its op's contract. */
public interface Operands {

  /** FLOAT32 elements in the op's layout. */
  float[] floats(String role, long count);

  /** INT32 elements from 0 to {@code below}, which is not included. */
  int[] integers(String role, long count, int below);
}
