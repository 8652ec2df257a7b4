package io.cnimetrics.publish;

import io.cnimetrics.catalog.Unit;

/** The value of a metric in a minute that has ended. */
public record MinuteValue(String metric, Unit unit, double value) {}
