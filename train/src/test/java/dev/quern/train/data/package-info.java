/** Tests of data files, right ones and damaged ones, and of drawn digits. */
@NullMarked
package dev.quern.train.data;

import org.jspecify.annotations.NullMarked;
