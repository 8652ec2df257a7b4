package io.cnimetrics.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class MetricsDocumentGoldensTest {
  @Test
  void pageEqualsTheCatalogue() {
    Path page = Path.of("..", "docs", "metrics.md").toAbsolutePath().normalize();

    Goldens.check(page.toString(), MetricsDocument.page());
  }

  @Test
  void everyMetricHasOneRow() {
    assertThat(MetricsDocument.page().lines().filter(line -> line.startsWith("| `")))
        .extracting(line -> line.substring(3, line.indexOf('`', 3)))
        .containsExactlyElementsOf(MetricCatalog.all().stream().map(Metric::name).toList());
  }

  @Test
  void everyMetricOfTheHelperIsInTheCatalogue() {
    assertThat(MetricCatalog.names()).containsAll(MetricsDocument.GO_HELPER);
  }

  @Test
  void everyRowHasAsManyCellsAsItsHead() {
    assertThat(MetricsDocument.page().lines().filter(line -> line.startsWith("| `")))
        .allSatisfy(line -> assertThat(line.split("(?<!\\\\)\\|", -1)).hasSize(11));
  }
}
