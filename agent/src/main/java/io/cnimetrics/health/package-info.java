/** Liveness, readiness and our own metrics, over HTTP. */
@NullMarked
package io.cnimetrics.health;

import org.jspecify.annotations.NullMarked;
