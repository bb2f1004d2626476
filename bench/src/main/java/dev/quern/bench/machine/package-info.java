/** What the machine is, what it can do at most, and whether it has anything else to do. */
@NullMarked
package dev.quern.bench.machine;

import org.jspecify.annotations.NullMarked;
