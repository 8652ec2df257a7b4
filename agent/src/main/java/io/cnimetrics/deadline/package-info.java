/** Calls with a time limit, for everything that can hang. */
@NullMarked
package io.cnimetrics.deadline;

import org.jspecify.annotations.NullMarked;
