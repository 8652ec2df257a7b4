package io.cnimetrics.dryrun;

import io.cnimetrics.Goldens;
import io.cnimetrics.health.PrometheusText;
import io.cnimetrics.text.Palette;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReportGoldensTest {
  @ParameterizedTest
  @EnumSource
  void tableIsAsApproved(Node node) {
    Goldens.check(node.file("table.txt"), TableReport.of(node.report(), Palette.PLAIN));
  }

  @ParameterizedTest
  @EnumSource
  void jsonIsAsApproved(Node node) {
    Goldens.check(node.file("json"), JsonReport.of(node.report(), true));
  }

  @ParameterizedTest
  @EnumSource
  void prometheusTextIsAsApproved(Node node) {
    Goldens.check(
        node.file("prom"), PrometheusText.of(node.report().samples(), node.report().labels()));
  }

  @Test
  void colouredTableIsAsApproved() {
    Goldens.check(
        "healthy.table-coloured.txt", TableReport.of(Reports.healthy(), Palette.COLOURED));
  }

  @Test
  void jsonOnOneLineIsAsApproved() {
    Goldens.check("healthy.one-line.json", JsonReport.of(Reports.healthy(), false));
  }

  @Test
  void putMetricDataIsAsApproved() {
    List<Map<String, String>> dimensions = List.of(Map.of("CLUSTER_ID", "payments"));
    Goldens.check(
        "healthy.put-metric-data.json",
        PutMetricDataJson.of(
            PolledMinute.of(Reports.healthy()), "Kubernetes/CNI", dimensions, true));
  }

  private enum Node {
    HEALTHY,
    PREFIX,
    IPV6,
    UNREAD,
    MANY_ENIS;

    Report report() {
      return switch (this) {
        case HEALTHY -> Reports.healthy();
        case PREFIX -> Reports.prefixMode();
        case IPV6 -> Reports.ipv6();
        case UNREAD -> Reports.unread();
        case MANY_ENIS -> Reports.manyEnis();
      };
    }

    String file(String ending) {
      return name().toLowerCase(Locale.ROOT).replace('_', '-') + "." + ending;
    }
  }
}
