/** Liveness, readiness and the agent's own metrics, over HTTP. */
@NullMarked
package io.cnimetrics.health;

import org.jspecify.annotations.NullMarked;
