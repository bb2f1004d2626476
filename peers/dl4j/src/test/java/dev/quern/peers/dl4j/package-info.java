/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.dl4j;

import org.jspecify.annotations.NullMarked;
