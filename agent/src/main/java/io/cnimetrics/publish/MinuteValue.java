package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.Unit;

/** The value of a metric in an ended minute. */
public record MinuteValue(String metric, Unit unit, double value) {}
