/** The cost of a fleet of agents in CloudWatch, and warnings about the fleet's settings. */
@NullMarked
package io.cnimetrics.plan;

import org.jspecify.annotations.NullMarked;
