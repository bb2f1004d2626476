/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.djl;

import org.jspecify.annotations.NullMarked;
