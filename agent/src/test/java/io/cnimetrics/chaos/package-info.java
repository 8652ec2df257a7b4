/**
 * Agents as processes, for minutes, under faults on every edge, and a check of what CloudWatch then
 * has against what the simulated ipamDs served: {@code make chaos}.
 */
@NullMarked
package io.cnimetrics.chaos;

import org.jspecify.annotations.NullMarked;
