package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.text.Json.object;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.testing.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The lines of Grafana's dashboard and the values that they should show, from the events of the
 * nodes. Rates and percentiles are left out, because Prometheus extrapolates and interpolates.
 */
final class GrafanaTruth {
  /**
   * Minutes in which all nodes answer, and one minute in which a node has been down for a while.
   */
  private static final List<Integer> MINUTES = List.of(15, 27, 42, 55);

  /** The labels with which CloudWatch's dashboard shows the highest value of all nodes. */
  private static final Set<String> WORST = Set.of("worst node", "fullest node");

  private static final Pattern FAMILY = Pattern.compile("(cni_\\w+)\\{");

  private GrafanaTruth() {}

  /** Queries for promtool, with the expected values. */
  static List<Object> queries(Story story) {
    String dashboard = Printed.of("dashboard", "--format=grafana").replace(": null }", ": -1 }");
    List<Object> queries = new ArrayList<>();
    for (Map<?, ?> panel : Json.members(Json.object(dashboard), "panels")) {
      if ("timeseries".equals(panel.get("type"))) {
        for (Map<?, ?> target : Json.members(panel, "targets")) {
          MINUTES.forEach(minute -> queries.addAll(queries(panel, target, story, minute)));
        }
      }
    }
    return queries;
  }

  private static List<Object> queries(Map<?, ?> panel, Map<?, ?> target, Story story, int minute) {
    String query = String.valueOf(target.get("expr"));
    if (query.contains("rate(") || query.contains("quantile(")) {
      return List.of();
    }
    boolean worst = query.startsWith("topk(");
    Stream<String> labels =
        worst ? WORST.stream() : Stream.of(String.valueOf(target.get("legendFormat")));
    String name =
        labels
            .map(label -> panel.get("title") + ": " + label)
            .filter(ConsoleTruthTest.DASHBOARD::containsKey)
            .findFirst()
            .orElseThrow();
    Instant at = Hour.FROM.plus(Duration.ofMinutes(minute));
    double value =
        Objects.requireNonNull(ConsoleTruthTest.DASHBOARD.get(name))
            .apply(new Truth(story, at, Duration.ofMinutes(1)))
            .orElseThrow();
    String expression =
        (worst ? "round(max(%s), 1e-6)" : "round(%s, 1e-6)")
            .formatted(query)
            .replace("$cluster", "prod")
            .replace("$node", ".*")
            .replace("$__rate_interval", "1m");
    return List.of(
        object(
            "expr",
            expression,
            "eval_time",
            PromtoolTests.minute(at) + "m",
            "exp_samples",
            List.of(object("labels", "{}", "value", rounded(inBaseUnit(query, value))))));
  }

  /** Rounds a mean, because the order of the nodes changes its last digits. */
  private static double rounded(double value) {
    return Math.round(value * 1e6) / 1e6;
  }

  private static double inBaseUnit(String query, double value) {
    if (query.contains("> bool") || query.startsWith("count(")) {
      return value;
    }
    String family =
        FAMILY.matcher(query).results().map(each -> each.group(1)).findFirst().orElseThrow();
    Metric metric =
        MetricCatalog.all().stream()
            .filter(each -> each.prometheus().family().equals(family))
            .findFirst()
            .orElseThrow();
    return metric.unit().inBaseUnit(value);
  }
}
