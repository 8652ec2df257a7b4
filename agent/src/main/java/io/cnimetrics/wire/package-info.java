/** Connections with limits for received bytes and for time; URLs that can be shown. */
@NullMarked
package io.cnimetrics.wire;

import org.jspecify.annotations.NullMarked;
