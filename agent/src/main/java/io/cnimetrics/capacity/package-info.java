/** What a node can reach: the limits of its instance type and the formulas over them. */
@NullMarked
package io.cnimetrics.capacity;

import org.jspecify.annotations.NullMarked;
