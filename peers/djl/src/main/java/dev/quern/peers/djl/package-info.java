/** PyTorch, through DJL, as a peer. */
@NullMarked
package dev.quern.peers.djl;

import org.jspecify.annotations.NullMarked;
