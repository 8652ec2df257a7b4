package io.cnimetrics.console;

import io.cnimetrics.catalog.Computation.AgentStart;
import io.cnimetrics.catalog.Computation.Derived;
import io.cnimetrics.catalog.Computation.FromLists;
import io.cnimetrics.catalog.Computation.Restarts;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The page {@code docs/metrics.md}: the catalogue as a table. */
final class MetricsDocument {
  private static final String INTRODUCTION =
      """
      # Metrics

      <!-- Written from the catalogue by `make goldens`: change MetricCatalog, not this page. -->

      Each node publishes at most one value of a metric for each minute, stamped with the start of that minute in UTC.
      Over all nodes, which share the dimension `CLUSTER_ID`, the **statistic** at a period of 60 s gives the cluster's
      value. SampleCount is the number of nodes that reported the metric; Minimum, Maximum and percentiles are taken over
      the nodes. Over a longer period a Sum adds up the minutes too: divide it by `PERIOD(m) / 60`.

      - A **gauge** is a state. Its value comes from the minute's last successful poll, unless its meaning says otherwise.
      - A **counter** counts events. Its value is the increase during the minute, also across a restart of ipamD.
      - A metric whose source could not be read is absent, never 0.
      - Metrics of **a subnet** have the dimensions `CLUSTER_ID, SubnetId`; all its nodes share them. The nodes take turns asking
        EC2: use Minimum or Maximum, never Sum. SampleCount is the number of requests, not of nodes.
      - **Alert from N**: when the value reaches N, and when it falls below again, the node's agent logs a line. With
        a `--publish-interval` of more than a minute, the node also sends early.

      `cni-metrics-helper` is AWS's helper in Go. Where it has the metric, the name is the same. It sends one value for the
      whole cluster, so its statistics and thresholds do not apply here.

      """;

  private static final String ALARMS =
      """

      ## Alarms

      All alarms use the dimension `CLUSTER_ID` and a period of 60 s. The alarms of severity page also feed one composite alarm, "%s".

      """
          .formatted(AlarmTable.CANNOT_START.title());

  /** The metrics that AWS's cni-metrics-helper has too, under the same names. */
  static final Set<String> GO_HELPER =
      Set.of(
          "assignIPAddresses",
          "totalIPAddresses",
          "totalIPv4Prefixes",
          "totalAssignedIPv4sPerCidr",
          "eniAllocated",
          "eniMaxAvailable",
          "maxIPAddresses",
          "awsAPILatency",
          "awsAPIErr",
          "awsUtilErr",
          "ipamdErr",
          "forceRemoveENI",
          "forceRemoveIPs",
          "ipamdActionInProgress",
          "reconcileCount",
          "addReqCount",
          "delReqCount",
          "podENIErr",
          "ec2ApiReqCount",
          "ec2ApiErrCount");

  private MetricsDocument() {}

  /** Writes the page. */
  static String page() {
    Stream<List<String>> metrics = MetricCatalog.all().stream().map(MetricsDocument::row);
    Stream<List<String>> alarms =
        AlarmTable.all().stream()
            .map(
                alarm ->
                    List.of(
                        alarm.text().title(),
                        alarm.severity().label(),
                        codes(alarm.metrics().stream().map(Metric::name)),
                        condition(alarm)));
    return INTRODUCTION
        + table(
            List.of(
                "metric",
                "meaning",
                "kind",
                "unit",
                "statistic",
                "alarm",
                "read from",
                "cni-metrics-helper"),
            metrics)
        + ALARMS
        + table(List.of("alarm", "severity", "metrics", "condition"), alarms);
  }

  /** The condition of an alarm, as text. */
  private static String condition(Alarm alarm) {
    Formula formula = alarm.formula();
    String measured =
        formula.plain()
            ? formula.series().get(0).statistic().label()
            : "Sums: `" + formula.expression() + "`";
    Alarm.Evaluation each = alarm.evaluation().sentEvery(1);
    return "%s %s %d in %d of %d minutes"
            .formatted(
                measured,
                sign(alarm.comparison()),
                alarm.threshold().value(),
                each.datapoints(),
                each.periods())
        + (each.missing() == Alarm.Evaluation.Missing.BREACHING
            ? "; missing data counts as none"
            : "")
        + (alarm.isOfSubnet() ? "; with `--subnets`" : "")
        + (alarm.isOnByDefault() ? "" : "; off by default");
  }

  private static String sign(Alarm.Comparison comparison) {
    return switch (comparison) {
      case AT_LEAST -> "≥";
      case ABOVE -> ">";
      case BELOW -> "<";
    };
  }

  private static List<String> row(Metric metric) {
    return List.of(
        code(metric.name()),
        metric.description(),
        metric.kind().label(),
        unit(metric.unit()),
        metric.statistic().label(),
        alarm(metric),
        source(metric),
        GO_HELPER.contains(metric.name()) ? code(metric.name()) : "–");
  }

  private static String unit(Unit unit) {
    return unit == Unit.MINUTES ? "Count, of minutes" : unit.cloudWatchName();
  }

  private static String alarm(Metric metric) {
    Stream<String> alarms =
        AlarmTable.all().stream()
            .filter(alarm -> alarm.metrics().contains(metric))
            .map(alarm -> alarm.severity().label() + ": " + alarm.text().title());
    Stream<String> atOnce =
        metric.alertAt().stream()
            .mapToObj(least -> "alert from " + String.format(Locale.ROOT, "%.0f", least));
    String all = Stream.concat(alarms, atOnce).collect(Collectors.joining("; "));
    return all.isEmpty() ? "–" : all;
  }

  private static String source(Metric metric) {
    String series = codes(metric.series().stream().map(Series::toString));
    if (metric.computation() instanceof FromLists) {
      return "`/v1/enis`; where that is off, " + series;
    } else if (metric.computation() instanceof Derived) {
      return series.isEmpty() ? "computed from `/v1/enis`" : "computed with " + series;
    } else if (metric.computation() instanceof Restarts) {
      return "`process_start_time_seconds`, or a counter that fell";
    } else if (metric.computation() instanceof AgentStart) {
      return "the agent itself";
    } else if (metric.isOfSubnet()) {
      return "EC2's `DescribeSubnets`";
    }
    return series;
  }

  private static String codes(Stream<String> texts) {
    return texts.map(MetricsDocument::code).collect(Collectors.joining(", "));
  }

  /** A bar would end the cell, even inside code. */
  private static String code(String text) {
    return "`" + text.replace("|", "\\|") + "`";
  }

  private static String table(List<String> heads, Stream<List<String>> rows) {
    Stream<List<String>> top = Stream.of(heads, heads.stream().map(head -> "---").toList());
    return Stream.concat(top, rows)
        .map(cells -> "| " + String.join(" | ", cells) + " |\n")
        .collect(Collectors.joining());
  }
}
