package dev.quern.opencl;

import static org.lwjgl.system.MemoryUtil.memAddress;

import dev.quern.dialect.Program;
import dev.quern.dialect.ProgramCache;
import org.lwjgl.system.MemoryStack;

/**
 * A compiled program.
 *
 * @param handle its cl_program
 * @param key what it was compiled from and for, see {@link ProgramCache}
 * @param fresh whether it was compiled by this process, rather than read from disk
 */
record ClProgram(long handle, String key, boolean fresh) implements Program {

  /** Address of a function's name. */
  long name(MemoryStack stack, String function) {
    return memAddress(stack.ASCII(function));
  }
}
