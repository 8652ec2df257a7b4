/** The simulator of a node's ipamD, for trials and tests. */
@NullMarked
package io.cnimetrics.simulator;

import org.jspecify.annotations.NullMarked;
