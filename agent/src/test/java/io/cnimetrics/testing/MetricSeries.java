package io.cnimetrics.testing;

import java.util.Map;

/** What CloudWatch tells apart within a namespace: a name with its dimensions. */
public record MetricSeries(String metric, Map<String, String> dimensions) {}
