/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.tensorflow;

import org.jspecify.annotations.NullMarked;
