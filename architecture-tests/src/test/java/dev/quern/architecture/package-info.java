/** The arrows between the modules and the rules that no compiler checks. */
@NullMarked
package dev.quern.architecture;

import org.jspecify.annotations.NullMarked;
