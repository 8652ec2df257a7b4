/** The times at which a node polls and sends. The nodes of a cluster have different times. */
@NullMarked
package io.cnimetrics.schedule;

import org.jspecify.annotations.NullMarked;
