/** Tests of the peers' processes, with real ones. */
@NullMarked
package dev.quern.bench.peers;

import org.jspecify.annotations.NullMarked;
