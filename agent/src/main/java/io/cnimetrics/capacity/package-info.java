/** Calculates how many addresses a node can reach, from the limits of its instance type. */
@NullMarked
package io.cnimetrics.capacity;

import org.jspecify.annotations.NullMarked;
