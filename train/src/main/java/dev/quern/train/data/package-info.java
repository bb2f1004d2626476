/** Data sets on the host: reading IDX files, MNIST, and drawing synthetic digits. No network. */
@NullMarked
package dev.quern.train.data;

import org.jspecify.annotations.NullMarked;
