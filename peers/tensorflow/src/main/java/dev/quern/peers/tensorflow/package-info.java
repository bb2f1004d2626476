/** TensorFlow as a peer. */
@NullMarked
package dev.quern.peers.tensorflow;

import org.jspecify.annotations.NullMarked;
