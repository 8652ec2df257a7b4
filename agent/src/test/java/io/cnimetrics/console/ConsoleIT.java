package io.cnimetrics.console;

import static io.cnimetrics.testing.Json.number;
import static io.cnimetrics.testing.Json.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.testing.CloudWatchEmulator;
import io.cnimetrics.testing.CloudWatchEmulator.Series;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.Json;
import io.cnimetrics.testing.NodeUnderTest;
import io.cnimetrics.testing.Stack;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.model.Dimension;
import software.amazon.awssdk.services.cloudwatch.model.Metric;
import software.amazon.awssdk.services.cloudwatch.model.MetricAlarm;
import software.amazon.awssdk.services.cloudwatch.model.MetricDataQuery;
import software.amazon.awssdk.services.cloudwatch.model.MetricDatum;
import software.amazon.awssdk.services.cloudwatch.model.MetricStat;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricAlarmRequest;
import software.amazon.awssdk.services.cloudwatch.model.Tag;

/** CloudWatch accepts the dashboard and the alarms. Both name only published metrics. */
class ConsoleIT {
  private static final String NAMESPACE = "Kubernetes/CNI";
  private static final String CLUSTER = "console";
  private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

  private final AlarmTemplate.Settings settings =
      new AlarmTemplate.Settings(
          Optional.of(CLUSTER), Optional.empty(), NAMESPACE, 5, List.of("subnet-0a"), true);
  private final Stack stack =
      Stack.of(
          AlarmTemplate.of(settings),
          Map.of(
              "PageTopicArn", "arn:aws:sns:eu-west-1:111122223333:pages",
              "TicketTopicArn", "arn:aws:sns:eu-west-1:111122223333:tickets",
              "SuppressorAlarm", "rolling",
              "NodesNearlyFullAlarm", "true"));
  private CloudWatchEmulator emulator;

  @BeforeEach
  void shareEmulator() {
    emulator = CloudWatchEmulator.shared();
  }

  @Test
  void cloudWatchAcceptsTheDashboard() {
    Map<?, ?> dashboard = stack.dashboards().values().iterator().next();

    assertThat(
            cloudWatch()
                .putDashboard(
                    put ->
                        put.dashboardName(text(dashboard, "DashboardName"))
                            .dashboardBody(text(dashboard, "DashboardBody")))
                .dashboardValidationMessages())
        .isEmpty();
    assertThat(cloudWatch().listDashboards(list -> {}).dashboardEntries())
        .anyMatch(entry -> entry.dashboardName().equals("cni-console"));
  }

  @Test
  void cloudWatchAcceptsTheAlarms() {
    stack.alarms().values().forEach(alarm -> cloudWatch().putMetricAlarm(request(alarm)));

    List<MetricAlarm> taken =
        cloudWatch().describeAlarms(all -> all.alarmNamePrefix("cni-console-")).metricAlarms();
    assertThat(taken).hasSize(11);
    assertThat(taken)
        .allSatisfy(
            alarm -> {
              assertThat(alarm.evaluationPeriods() * seconds(alarm))
                  .isGreaterThanOrEqualTo(13 * 60);
              assertThat(alarm.alarmDescription()).startsWith("Cluster console: ");
            });
    // The emulator has no composite alarms. A composite alarm must name existing alarms.
    String rule = text(stack.composites().values().iterator().next(), "AlarmRule");
    assertThat(rule.split(" OR "))
        .hasSize(4)
        .isSubsetOf(
            taken.stream().map(alarm -> "ALARM(\"%s\")".formatted(alarm.alarmName())).toList());
  }

  /** The length of an evaluation period. Alarms with metric math have it in their metrics. */
  private static int seconds(MetricAlarm alarm) {
    return Stream.concat(
            Stream.ofNullable(alarm.period()),
            alarm.metrics().stream()
                .map(MetricDataQuery::metricStat)
                .filter(Objects::nonNull)
                .map(MetricStat::period))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void agentsPublishEveryMetricOfTheDashboardAndTheAlarms() {
    publish();
    Set<Series> published = emulator.metrics(NAMESPACE);
    Set<Series> named = new HashSet<>(ofDashboard());
    named.addAll(ofAlarms());

    assertThat(named).hasSizeGreaterThan(25);
    assertThat(published).containsAll(named);
  }

  /** Polls a node twice. The pods of the node start and stop. */
  private void publish() {
    FakeClock clock = new FakeClock(NOW);
    Scenario scenario = Scenario.of("m5.xlarge").pods(PodSchedule.parse("0:40:0.2"));
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, Duration.ofSeconds(10), clock)) {
      NodeUnderTest node = NodeUnderTest.of(ipamd, scenario, clock).poll();
      clock.advance(Duration.ofMinutes(2));
      node.poll();
      Map<String, Double> values = new HashMap<>(node.gauges());
      values.putAll(node.increases());
      // A real agent adds this value when it starts.
      values.put("agentStarts", 1.0);
      values.forEach(this::put);
    }
  }

  private void put(String metric, double value) {
    Dimension cluster = Dimension.builder().name("CLUSTER_ID").value(CLUSTER).build();
    MetricDatum datum =
        MetricDatum.builder()
            .metricName(metric)
            .timestamp(NOW)
            .value(value)
            .dimensions(cluster)
            .build();
    cloudWatch().putMetricData(request -> request.namespace(NAMESPACE).metricData(datum));
  }

  private Set<Series> ofDashboard() {
    Map<?, ?> dashboard = stack.dashboards().values().iterator().next();
    Set<Series> named = new HashSet<>();
    for (Map<?, ?> widget :
        Json.members(Json.object(text(dashboard, "DashboardBody")), "widgets")) {
      if (Json.member(widget, "properties").get("metrics") instanceof List<?> metrics) {
        for (Object each : metrics) {
          List<?> entry = (List<?>) each;
          if (entry.size() > 1) {
            Map<String, String> dimensions =
                Map.of(String.valueOf(entry.get(2)), String.valueOf(entry.get(3)));
            named.add(new Series(String.valueOf(entry.get(1)), dimensions));
          }
        }
      }
    }
    return named;
  }

  /** Leaves out subnet metrics, because agents publish them only with {@code --subnets}. */
  private Set<Series> ofAlarms() {
    Set<Series> named = new HashSet<>();
    for (Map<?, ?> alarm : stack.alarms().values()) {
      for (Metric metric : metrics(request(alarm))) {
        Map<String, String> dimensions = new HashMap<>();
        metric.dimensions().forEach(each -> dimensions.put(each.name(), each.value()));
        if (!dimensions.containsKey("SubnetId")) {
          named.add(new Series(metric.metricName(), dimensions));
        }
      }
    }
    return named;
  }

  private static List<Metric> metrics(PutMetricAlarmRequest alarm) {
    if (!alarm.hasMetrics()) {
      return List.of(
          Metric.builder().metricName(alarm.metricName()).dimensions(alarm.dimensions()).build());
    }
    List<Metric> metrics = new ArrayList<>();
    for (MetricDataQuery query : alarm.metrics()) {
      if (query.metricStat() != null) {
        metrics.add(query.metricStat().metric());
      }
    }
    return metrics;
  }

  private CloudWatchClient cloudWatch() {
    return emulator.cloudWatch();
  }

  private static PutMetricAlarmRequest request(Map<?, ?> alarm) {
    PutMetricAlarmRequest.Builder request =
        PutMetricAlarmRequest.builder()
            .alarmName(text(alarm, "AlarmName"))
            .alarmDescription(text(alarm, "AlarmDescription"))
            .comparisonOperator(text(alarm, "ComparisonOperator"))
            .threshold(number(alarm, "Threshold"))
            .evaluationPeriods((int) number(alarm, "EvaluationPeriods"))
            .datapointsToAlarm((int) number(alarm, "DatapointsToAlarm"))
            .treatMissingData(text(alarm, "TreatMissingData"))
            .alarmActions(texts(alarm, "AlarmActions"))
            .okActions(texts(alarm, "OKActions"))
            .tags(tags(alarm));
    if (alarm.containsKey("Metrics")) {
      return request.metrics(queries(alarm)).build();
    }
    Metric metric = metric(alarm);
    request
        .namespace(metric.namespace())
        .metricName(metric.metricName())
        .dimensions(metric.dimensions())
        .period((int) number(alarm, "Period"));
    return alarm.containsKey("Statistic")
        ? request.statistic(text(alarm, "Statistic")).build()
        : request.extendedStatistic(text(alarm, "ExtendedStatistic")).build();
  }

  private static List<MetricDataQuery> queries(Map<?, ?> alarm) {
    List<MetricDataQuery> queries = new ArrayList<>();
    for (Map<?, ?> each : Json.members(alarm, "Metrics")) {
      MetricDataQuery.Builder query =
          MetricDataQuery.builder()
              .id(text(each, "Id"))
              .returnData((Boolean) each.get("ReturnData"));
      if (each.containsKey("Expression")) {
        query.expression(text(each, "Expression")).label(text(each, "Label"));
      } else {
        Map<?, ?> stat = Json.member(each, "MetricStat");
        query.metricStat(
            of ->
                of.metric(metric(Json.member(stat, "Metric")))
                    .stat(text(stat, "Stat"))
                    .period((int) number(stat, "Period")));
      }
      queries.add(query.build());
    }
    return queries;
  }

  private static Metric metric(Map<?, ?> of) {
    return Metric.builder()
        .namespace(text(of, "Namespace"))
        .metricName(text(of, "MetricName"))
        .dimensions(
            Json.members(of, "Dimensions").stream()
                .map(
                    each ->
                        Dimension.builder()
                            .name(text(each, "Name"))
                            .value(text(each, "Value"))
                            .build())
                .toList())
        .build();
  }

  private static List<Tag> tags(Map<?, ?> alarm) {
    return Json.members(alarm, "Tags").stream()
        .map(tag -> Tag.builder().key(text(tag, "Key")).value(text(tag, "Value")).build())
        .toList();
  }

  private static List<String> texts(Map<?, ?> object, String name) {
    return object.get(name) instanceof List<?> list
        ? list.stream().map(String::valueOf).toList()
        : List.of();
  }
}
