/** Tests of the check command: its readers against broken input, and its verdicts. */
@NullMarked
package dev.quern.examples.check;

import org.jspecify.annotations.NullMarked;
