/** Writes to a terminal, writes JSON, and wraps lines. */
@NullMarked
package io.cnimetrics.text;

import org.jspecify.annotations.NullMarked;
