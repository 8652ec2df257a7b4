/** Calculates what a fleet of agents costs in CloudWatch, and warns about expensive settings. */
@NullMarked
package io.cnimetrics.plan;

import org.jspecify.annotations.NullMarked;
