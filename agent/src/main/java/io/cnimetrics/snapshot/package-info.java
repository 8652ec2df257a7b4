/** The result of one poll of a node. The records are immutable and use no I/O and no clock. */
@NullMarked
package io.cnimetrics.snapshot;

import org.jspecify.annotations.NullMarked;
