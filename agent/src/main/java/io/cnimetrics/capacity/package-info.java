/** The maximum of a node: limits of its instance type, and formulas. */
@NullMarked
package io.cnimetrics.capacity;

import org.jspecify.annotations.NullMarked;
