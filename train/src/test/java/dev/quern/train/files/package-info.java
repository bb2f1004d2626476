/** Tests of file formats. */
@NullMarked
package dev.quern.train.files;

import org.jspecify.annotations.NullMarked;
