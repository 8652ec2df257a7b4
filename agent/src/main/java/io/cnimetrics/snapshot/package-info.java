/** What one poll of a node saw: immutable records, no I/O, no clock. */
@NullMarked
package io.cnimetrics.snapshot;

import org.jspecify.annotations.NullMarked;
