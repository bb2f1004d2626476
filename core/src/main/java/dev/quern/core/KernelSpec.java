package dev.quern.core;

/**
 * An immutable, validated problem that a device can prepare a kernel for. What problems there are
 * is the business of other modules.
 *
 * @param <K> the typed interface of the kernel
 */
public interface KernelSpec<K extends Kernel> {

  /** The kernel's type; {@link Device#prepare} returns an instance of it. */
  Class<K> kernelType();

  /** One line that names the problem completely, for messages and for running just it again. */
  String describe();
}
