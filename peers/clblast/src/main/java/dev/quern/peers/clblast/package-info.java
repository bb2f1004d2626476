/** CLBlast as a peer. */
@NullMarked
package dev.quern.peers.clblast;

import org.jspecify.annotations.NullMarked;
