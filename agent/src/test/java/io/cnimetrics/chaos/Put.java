package io.cnimetrics.chaos;

import java.time.Instant;

/**
 * A datum that CloudWatch took.
 *
 * @param at when
 * @param heard whether its answer was given
 */
record Put(Instant at, boolean heard, Instant minute, String metric, double value) {}
