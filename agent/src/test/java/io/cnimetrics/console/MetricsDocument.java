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

/** Writes the page {@code docs/metrics.md}, which shows the catalogue as a table. */
final class MetricsDocument {
  private static final String INTRODUCTION =
      """
      # Metrics

      <!-- `make goldens` writes this page from the catalogue. Change MetricCatalog, not this page. -->

      Each node publishes at most one datum of a metric for each minute. Only `%s` has one datum for each start
      of the agent. The timestamp is the start of the minute in UTC. All nodes of a cluster share the dimension
      `CLUSTER_ID`. At a period of 60 s, the **statistic** in the table is the value of the cluster. SampleCount is the
      number of nodes that reported the metric. Minimum, Maximum and percentiles compare the nodes. Over a longer period,
      Sum also adds up the minutes. Divide such a Sum by `PERIOD(m) / 60`, where `m` is the metric.

      - A **gauge** shows a state. The datum is the value of the minute's last successful poll. `%s` is 1 if
        any poll of the minute could read ipamD, and `%s` is the mean of all calls in the minute.
      - A **counter** counts events. The datum is the increase during the minute, including the events after a
        restart of ipamD.
      - A metric has no datum if its source could not be read. An unknown value is never sent as 0.
      - The metric of **a subnet** has the dimensions `CLUSTER_ID` and `SubnetId`. All nodes of the subnet share these
        dimensions, and the nodes take turns to ask EC2. Use Minimum or Maximum, never Sum. SampleCount is the number
        of requests to EC2, not the number of nodes.
      - **Alert from N** means that the agent of the node logs a line when the value reaches N. It logs another line when
        the value falls below N again. If `--publish-interval` is longer than a minute, the agent also sends its
        datums early when the value reaches N. ipamD also reads paths of instance metadata that do not exist on every
        instance. Such errors of `%s` cause no alert.

      Prometheus and OTLP have their own names, which are stable. Durations are in seconds, and percentages are ratios.
      A counter is the total since ipamD started, so use `increase()`. Each series has the labels `cluster`, `node`,
      `instance`, `instance_type` and `zone`, if they are known. `cni_node_info` also has the labels `cni_version` and
      `subnets`.
      With `--state-dir`, `cni_agent_starts_total` also counts earlier starts. Otherwise it is always 1.

      `cni-metrics-helper` is AWS's helper, written in Go. A metric that both programs send has the same name.
      The helper sends one value for the whole cluster. Therefore do not use statistics and thresholds that were chosen
      for the helper.

      """
          .formatted(
              MetricCatalog.AGENT_STARTS.name(),
              MetricCatalog.IPAMD_UP.name(),
              MetricCatalog.AWS_API_LATENCY.name(),
              MetricCatalog.AWS_API_ERR.name());

  private static final String ALARMS =
      """

      ## Alarms

      The alarms on CloudWatch's metrics use the dimension `CLUSTER_ID` and a period of 60 s. One composite alarm,
      "%s", is on while an alarm of severity page is on. The PromQL alarms have the same conditions for each
      node. They also include the alarm "%s".

      """
          .formatted(AlarmTable.CANNOT_START.title(), AlarmTable.NODE_SILENT.text().title());

  /** The metrics that AWS's cni-metrics-helper publishes under the same names. */
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
                "in Prometheus and OTLP",
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

  /** Describes the condition of an alarm. */
  static String condition(Alarm alarm) {
    Formula formula = alarm.formula();
    String measured =
        formula.plain()
            ? formula.series().get(0).statistic().label
            : "`%s` (%s of each metric)"
                .formatted(formula.expression(), formula.series().get(0).statistic().label);
    Alarm.Evaluation each = alarm.evaluation().sentEvery(1);
    String periods =
        each.periodMinutes() == 1
            ? "minutes"
            : "periods of %d minutes".formatted(each.periodMinutes());
    return "%s %s %d in %d of %d %s"
            .formatted(
                measured,
                sign(alarm.comparison()),
                alarm.threshold().value(),
                each.datapoints(),
                each.periods(),
                periods)
        + (each.missing() == Alarm.Evaluation.Missing.BREACHING
            ? "; a minute without data counts as 0 nodes"
            : "")
        + (alarm.isOfSubnet() ? "; only with `--subnets`" : "")
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
        code(metric.prometheus().toString()),
        metric.description(),
        metric.kind().label(),
        unit(metric.unit()),
        metric.statistic().label(),
        alarm(metric),
        source(metric),
        GO_HELPER.contains(metric.name()) ? code(metric.name()) : "–");
  }

  private static String unit(Unit unit) {
    return unit == Unit.MINUTES ? "Count (minutes)" : unit.cloudWatchName();
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
      return "`/v1/enis`; if that is switched off, " + series;
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

  /** Escapes bars, because a bar ends the table cell even inside code. */
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
