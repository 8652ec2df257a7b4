package io.cnimetrics.health;

import io.cnimetrics.Goldens;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PrometheusNamesGoldensTest {
  @Test
  void namesAreAsApproved() {
    String names =
        MetricCatalog.all().stream()
            .map(metric -> "%-27s%s%n".formatted(metric.name(), metric.prometheus()))
            .collect(Collectors.joining());
    Goldens.check("prometheus-names.txt", names);
  }
}
