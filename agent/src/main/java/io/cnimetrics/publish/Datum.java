package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;
import java.time.Instant;
import java.util.Map;

/**
 * One value on its way to CloudWatch.
 *
 * @param metric the metric's name
 * @param at the start of the value's minute
 * @param dimensions values by name; no value is empty
 */
public record Datum(
    String metric, Instant at, double value, Unit unit, Map<String, String> dimensions) {}
