/**
 * {@code make chaos} runs agents as processes for some minutes, with faults in all services that
 * the agents use. Then it compares the datums in the simulated CloudWatch with the answers of the
 * simulated ipamDs.
 */
@NullMarked
package io.cnimetrics.chaos;

import org.jspecify.annotations.NullMarked;
