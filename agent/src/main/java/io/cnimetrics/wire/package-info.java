/** Connections that limit the bytes and the time of what a peer sends. */
@NullMarked
package io.cnimetrics.wire;

import org.jspecify.annotations.NullMarked;
