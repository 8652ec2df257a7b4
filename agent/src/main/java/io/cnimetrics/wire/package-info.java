/** Connections with limits for the bytes that a peer sends, and for the time. */
@NullMarked
package io.cnimetrics.wire;

import org.jspecify.annotations.NullMarked;
