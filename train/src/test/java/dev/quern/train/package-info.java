/** Tests of networks and their training, on a real device. */
@NullMarked
package dev.quern.train;

import org.jspecify.annotations.NullMarked;
