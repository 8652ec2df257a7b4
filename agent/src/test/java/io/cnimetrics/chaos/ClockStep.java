package io.cnimetrics.chaos;

import java.time.Duration;
import java.time.Instant;

/**
 * A change of a node's clock.
 *
 * @param at the true time of the change
 * @param ahead the time by which the clock is then ahead of the true time
 */
record ClockStep(Instant at, Duration ahead) {}
