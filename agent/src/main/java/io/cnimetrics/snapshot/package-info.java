/** The result of one poll of a node: immutable records, no I/O, no clock. */
@NullMarked
package io.cnimetrics.snapshot;

import org.jspecify.annotations.NullMarked;
