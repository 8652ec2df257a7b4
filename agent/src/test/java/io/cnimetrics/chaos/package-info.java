/**
 * {@code make chaos}: runs agents as processes for minutes, with faults in everything that they
 * use, and compares what CloudWatch received with what the simulated ipamDs served.
 */
@NullMarked
package io.cnimetrics.chaos;

import org.jspecify.annotations.NullMarked;
