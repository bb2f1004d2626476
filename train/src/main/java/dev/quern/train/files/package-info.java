/**
 * Formats of files: safetensors, JSON that nobody vouches for, and files that are replaced whole.
 * What models, weights and histories have to do with them is said in {@code dev.quern.train}.
 */
@NullMarked
package dev.quern.train.files;

import org.jspecify.annotations.NullMarked;
