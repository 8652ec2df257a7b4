package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.dryrun.Reports;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
  @Test
  void everyMetricIsHelpTypeAndOneSample() {
    List<String> lines = PrometheusText.of(Reports.healthy().reading().samples()).lines().toList();

    assertThat(lines.size() % 3).isZero();
    for (int line = 0; line < lines.size(); line += 3) {
      String name = lines.get(line + 2).split(" ")[0];
      assertThat(lines.get(line)).startsWith("# HELP " + name + " ");
      assertThat(lines.get(line + 1)).matches("# TYPE " + name + " (gauge|counter)");
      assertThat(Double.parseDouble(lines.get(line + 2).split(" ")[1])).isNotNegative();
    }
  }

  @Test
  void everySampleIsShownOnce() {
    Report report = Reports.healthy();

    List<String> names =
        PrometheusText.of(report.reading().samples())
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.split(" ")[0])
            .toList();

    assertThat(names).doesNotHaveDuplicates().hasSize(report.reading().samples().size());
  }

  @Test
  void namesOfTheCatalogueAreValidAndDiffer() {
    assertThat(MetricCatalog.all())
        .map(PrometheusText::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("cni_[a-z0-9]+(_[a-z0-9]+)*"));
  }

  @Test
  void valuesAreInBaseUnits() {
    assertThat(PrometheusText.of(Reports.healthy().reading().samples()))
        .contains("\ncni_aws_api_latency_seconds 0.12345\n")
        .contains("\ncni_node_ip_utilization_ratio 0.2727");
  }

  @Test
  void counterIsItsTotal() {
    assertThat(PrometheusText.of(Reports.healthy().reading().samples()))
        .contains("\ncni_ipamd_err_total 30.0\n");
  }
}
