/** Method calls with a time limit, for code that can hang. */
@NullMarked
package io.cnimetrics.deadline;

import org.jspecify.annotations.NullMarked;
