/** The {@code quern} command line, and small programs to copy from. */
@NullMarked
package dev.quern.examples;

import org.jspecify.annotations.NullMarked;
