/** The Dagger modules. They build all long-lived objects of the agent. */
@NullMarked
package io.cnimetrics.wiring;

import org.jspecify.annotations.NullMarked;
