/** oneDNN as a peer. */
@NullMarked
package dev.quern.peers.onednn;

import org.jspecify.annotations.NullMarked;
