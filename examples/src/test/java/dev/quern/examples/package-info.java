@NullMarked
package dev.quern.examples;

import org.jspecify.annotations.NullMarked;
