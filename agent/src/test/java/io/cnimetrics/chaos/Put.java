package io.cnimetrics.chaos;

import java.time.Instant;

/**
 * A datum that CloudWatch accepted.
 *
 * @param at the time of arrival
 * @param heard whether CloudWatch's answer was sent
 */
record Put(Instant at, boolean heard, Instant minute, String metric, double value) {}
