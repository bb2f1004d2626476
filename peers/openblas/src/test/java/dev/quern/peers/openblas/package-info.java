/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.openblas;

import org.jspecify.annotations.NullMarked;
