/** When a node polls and sends, so that the nodes of a cluster do not act in step. */
@NullMarked
package io.cnimetrics.schedule;

import org.jspecify.annotations.NullMarked;
