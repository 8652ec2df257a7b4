package io.cnimetrics.catalog;

import io.cnimetrics.Goldens;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChartGoldensTest {
  private static final String HEAD =
      """
      # The metrics of one node, without subnet metrics. The notes of the chart compute the price from this list.
      # `make goldens` writes this file. METRICS=core selects only the lines with "core".
      """;

  @Test
  void chartCountsEveryMetric() {
    Path file = Path.of("..", "daemonset", "chart", "metrics.txt").toAbsolutePath().normalize();

    Goldens.check(file.toString(), HEAD + metrics());
  }

  private static String metrics() {
    return MetricCatalog.all().stream()
        .filter(Predicate.not(Metric::isOfSubnet))
        .map(metric -> metric.name() + (metric.core() ? " core\n" : "\n"))
        .collect(Collectors.joining());
  }
}
