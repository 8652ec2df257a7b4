package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.dryrun.Reports;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {
  private static final Report NODE = Reports.healthy();

  @Test
  void everyFamilyIsHelpTypeAndItsSamples() {
    Set<String> families = new HashSet<>();
    String family = "";
    for (String line : text().lines().toList()) {
      String[] words = line.split("[ {]", 4);
      if (words[1].equals("HELP")) {
        family = words[2];
        assertThat(families.add(family)).isTrue();
      } else if (words[1].equals("TYPE")) {
        assertThat(line).matches("# TYPE " + family + " (gauge|counter)");
      } else {
        assertThat(words[0]).isEqualTo(family);
        assertThat(Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).isNotNegative();
      }
    }
  }

  @Test
  void everySampleIsShownOnceBesideTheInfo() {
    List<String> series =
        text().lines().filter(line -> !line.startsWith("#")).map(PrometheusTextTest::name).toList();

    assertThat(series).doesNotHaveDuplicates().hasSize(NODE.samples().size() + 1);
  }

  @Test
  void namesOfTheCatalogueFollowTheConventions() {
    assertThat(MetricCatalog.all())
        .map(metric -> metric.prometheus().toString())
        .doesNotHaveDuplicates();
    assertThat(MetricCatalog.all())
        .allSatisfy(
            metric -> {
              String name = metric.prometheus().family();
              String unit = metric.unit().baseUnit();
              assertThat(name).matches("cni_[a-z0-9]+(_[a-z0-9]+)*");
              assertThat(name.endsWith("_total")).isEqualTo(metric.kind() == Kind.COUNTER);
              assertThat(name).endsWith(unit.isEmpty() ? "" : "_" + unit);
            });
  }

  @Test
  void valuesAreInBaseUnits() {
    assertThat(text())
        .containsPattern("\ncni_aws_api_latency_seconds\\{[^}]*} 0.12345\n")
        .containsPattern("\ncni_ip_utilization_ratio\\{[^}]*} 0.2727");
  }

  @Test
  void counterIsItsTotal() {
    assertThat(text()).containsPattern("\ncni_ipamd_errors_total\\{[^}]*} 30.0\n");
  }

  private static String text() {
    return PrometheusText.of(NODE.samples(), NODE.labels());
  }

  private static String name(String line) {
    return line.substring(0, line.lastIndexOf(' '));
  }
}
