/** Dagger modules: the only place that builds long-lived objects. */
@NullMarked
package io.cnimetrics.wiring;

import org.jspecify.annotations.NullMarked;
