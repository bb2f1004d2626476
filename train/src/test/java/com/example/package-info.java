/** What a user of Quern writes, in packages of their own. */
@NullMarked
package com.example;

import org.jspecify.annotations.NullMarked;
