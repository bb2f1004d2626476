package dev.quern.cpu;

/** One or several products over the same operands, whose tiles are shared out together. */
interface Products {

  /** Scratch memory that a run needs. */
  long workspaceBytes();

  /** Name of the largest product's tile. */
  String tileName(int lanes);

  /** Computes all products; addresses are in bytes, {@code bias} is ignored where none is added. */
  void run(WorkerPool pool, long a, long b, long c, long bias, long workspace);
}
