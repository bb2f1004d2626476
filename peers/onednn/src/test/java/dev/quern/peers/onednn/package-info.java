/** Tests of the peer's answers. */
@NullMarked
package dev.quern.peers.onednn;

import org.jspecify.annotations.NullMarked;
