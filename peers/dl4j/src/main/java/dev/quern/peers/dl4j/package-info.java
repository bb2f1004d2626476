/** Deeplearning4j as a peer. */
@NullMarked
package dev.quern.peers.dl4j;

import org.jspecify.annotations.NullMarked;
