/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.clblast;

import org.jspecify.annotations.NullMarked;
