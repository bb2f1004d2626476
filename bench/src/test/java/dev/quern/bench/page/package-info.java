/** Tests of the page, in a real browser where there is one. */
@NullMarked
package dev.quern.bench.page;

import org.jspecify.annotations.NullMarked;
