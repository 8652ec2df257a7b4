package io.cnimetrics.console;

import static io.cnimetrics.testing.Json.number;
import static io.cnimetrics.testing.Json.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.testing.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrafanaDashboardTest {
  private static final Pattern SELECTOR = Pattern.compile("(\\w+)\\{([^}]*)}");
  private static final Pattern CONDITION = Pattern.compile("(\\w+)=~?\"");
  private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");
  private static final Pattern IN_BRACES = Pattern.compile("\\{\\{(\\w+)}}");

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyQueryNamesMetricsOfTheCatalogueAndTheirLabels(boolean subnets) {
    Set<String> families =
        MetricCatalog.all().stream()
            .map(metric -> metric.prometheus().family())
            .collect(Collectors.toSet());
    for (Map<?, ?> target : targets(subnets)) {
      String query = text(target, "expr");
      List<MatchResult> selectors = SELECTOR.matcher(query).results().toList();
      assertThat(selectors).as(query).isNotEmpty();
      Set<String> labels = new HashSet<>();
      for (MatchResult selector : selectors) {
        assertThat(families).as(query).contains(selector.group(1));
        assertThat(found(CONDITION, selector.group(2)))
            .as(query)
            .contains("cluster")
            .isSubsetOf(labelsOf(selector.group(1)));
        labels.addAll(labelsOf(selector.group(1)));
      }
      assertThat(query.split("cni_", -1)).as(query).hasSize(selectors.size() + 1);
      Set<String> grouping =
          found(GROUPING, query).stream()
              .flatMap(list -> Stream.of(list.split(", ")))
              .collect(Collectors.toSet());
      assertThat(labels).as(query).containsAll(grouping);
      Object legend = Objects.requireNonNullElse(target.get("legendFormat"), "");
      assertThat(grouping).as(query).containsAll(found(IN_BRACES, String.valueOf(legend)));
    }
  }

  /** The labels of all metrics of a family. */
  private static Set<String> labelsOf(String family) {
    NodeIdentity node =
        new NodeIdentity(
            "ip-10-0-1-7",
            Optional.of("prod"),
            Optional.of("eu-west-1"),
            new Instance(
                Optional.of("i-1"),
                Optional.of("m5.large"),
                Optional.of("eu-west-1"),
                Optional.of("eu-west-1a"),
                Map.of()));
    Set<String> labels = new HashSet<>(NodeLabels.of(node, Optional.empty()).ofEach().keySet());
    MetricCatalog.all().stream()
        .filter(metric -> metric.prometheus().family().equals(family))
        .forEach(
            metric -> {
              labels.addAll(metric.prometheus().labels().keySet());
              if (metric.isOfSubnet()) {
                labels.add("subnet_id");
              }
            });
    return labels;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void questionsAreThoseOfTheDashboardOfCloudWatch(boolean subnets) {
    String body =
        DashboardBody.ofFleet(
            List.of("eu-west-1"), "Kubernetes/CNI", new DashboardBody.Options(subnets, false, 1));
    List<String> questions = new ArrayList<>(List.of("Which cluster?"));
    for (Map<?, ?> widget : Json.members(Json.object(body), "widgets")) {
      String text = String.valueOf(Json.member(widget, "properties").get("markdown"));
      if (text.startsWith("### ") && !text.contains("logs\n")) {
        questions.add(text.lines().findFirst().orElseThrow().substring("### ".length()));
      }
    }

    assertThat(titles(subnets, "row")).isEqualTo(questions).hasSize(subnets ? 9 : 8);
    assertThat(titles(subnets, "timeseries")).contains("How long pods are refused", "Nodes");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void panelsFitTheGridAndHaveTheirOwnIds(boolean subnets) {
    Grid grid = new Grid();
    Set<Double> ids = new HashSet<>();
    for (Map<?, ?> panel : panels(subnets)) {
      assertThat(ids.add(number(panel, "id"))).isTrue();
      grid.place(Json.member(panel, "gridPos"), "x", "y", "w", "h");
    }
  }

  @Test
  void thresholdsAreThoseOfTheRules() {
    String dashboard = GrafanaDashboard.of(List.of(), true, 1);
    // Graphs do not show forecasts.
    for (Alarm alarm :
        AlarmTable.all().stream().filter(each -> !each.formula().isForecast()).toList()) {
      String threshold = PromQuery.number(alarm.threshold(), alarm.unit());
      assertThat(PrometheusRules.file(Optional.empty(), 1)).contains(" " + threshold);
      assertThat(dashboard)
          .contains("\"%s\", \"value\": %s }".formatted(alarm.severity().colour, threshold))
          .contains(": %s.\"".formatted(alarm.text().title()));
    }
  }

  private static List<Map<?, ?>> panels(boolean subnets) {
    // In Grafana, the lowest threshold is null.
    String dashboard = GrafanaDashboard.of(List.of(), subnets, 1).replace(": null }", ": -1 }");
    return Json.members(Json.object(dashboard), "panels");
  }

  private static List<String> titles(boolean subnets, String type) {
    return panels(subnets).stream()
        .filter(panel -> type.equals(panel.get("type")))
        .map(panel -> text(panel, "title"))
        .toList();
  }

  private static List<Map<?, ?>> targets(boolean subnets) {
    List<Map<?, ?>> targets = new ArrayList<>();
    for (Map<?, ?> panel : panels(subnets)) {
      if (panel.containsKey("targets")) {
        targets.addAll(Json.members(panel, "targets"));
      }
    }
    return targets;
  }

  private static Set<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(each -> each.group(1)).collect(Collectors.toSet());
  }
}
