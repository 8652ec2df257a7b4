/** Serves liveness, readiness and metrics over HTTP. */
@NullMarked
package io.cnimetrics.health;

import org.jspecify.annotations.NullMarked;
