/** A simulated node's ipamD, to play with and to test against. */
@NullMarked
package io.cnimetrics.simulator;

import org.jspecify.annotations.NullMarked;
