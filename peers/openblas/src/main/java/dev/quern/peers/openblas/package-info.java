/** OpenBLAS as a peer. */
@NullMarked
package dev.quern.peers.openblas;

import org.jspecify.annotations.NullMarked;
