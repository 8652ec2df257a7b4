package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/**
 * A change of a node's clock.
 *
 * @param at the true time of the change
 * @param ahead how far the clock is ahead of the true time after the change
 */
record ClockStep(Instant at, Duration ahead) {}
