/** The times at which a node polls and sends. These times differ from node to node. */
@NullMarked
package io.cnimetrics.schedule;

import org.jspecify.annotations.NullMarked;
