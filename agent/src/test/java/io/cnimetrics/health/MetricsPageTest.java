package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.publish.SendEvents.DropReason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final String OPEN_METRICS = "application/openmetrics-text;version=1.0.0";
  private static final BuildInfo BUILD = new BuildInfo("1.2.3", "17.0.1");

  private static final NodeLabels NODE =
      new NodeLabels(Map.of("node", "n1"), Map.of("cni_version", "1.20.0"));

  private final AgentStats activity = new AgentStats();

  private Optional<NodeLabels> labels = Optional.of(NODE);

  @Test
  void everyMetricIsThereInOpenMetrics() {
    OpenMetrics read = read(page(wholeCatalogue(), BUILD));

    assertThat(read.names())
        .hasSize(families() + 9)
        .contains("cni_ip_addresses", "cni_node", "cni_agent_build");
    assertThat(read.names()).allMatch(name -> name.startsWith("cni_"));
  }

  @Test
  void contentTypesAreThoseOfTheFormats() {
    MetricsPage page = page(List.of(), BUILD);

    assertThat(page.get(OPEN_METRICS).contentType())
        .isEqualTo("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(page.get("").contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
  }

  @Test
  void olderTextShowsTheSameSamples() {
    MetricsPage page = page(wholeCatalogue(), BUILD);

    assertThat(samples(page.get("").body()))
        .isNotEmpty()
        .containsExactlyInAnyOrderElementsOf(samples(page.get(OPEN_METRICS).body()));
  }

  @Test
  void quantitiesAreInBaseUnits() {
    OpenMetrics read = read(page(wholeCatalogue(), BUILD));

    assertThat(read.families()).map(OpenMetrics.Family::unit).containsOnly("", "seconds", "ratio");
    assertThat(read.value("cni_aws_api_latency_seconds", of())).isEqualTo(0.05);
    assertThat(read.value("cni_no_ip_address_seconds", of())).isEqualTo(3_000);
    assertThat(read.value("cni_ip_utilization_ratio", of())).isEqualTo(0.5);
    assertThat(read.names()).noneMatch(name -> name.matches(".*_(ms|minutes|percent)"));
  }

  @Test
  void nodeIsAbsentBeforeTheFirstPoll() {
    assertThat(read(page(List.of(), BUILD)).names())
        .isNotEmpty()
        .allMatch(name -> name.startsWith("cni_agent_"));
  }

  @Test
  void countersOfTheAgentStartAtZeroForEveryLabel() {
    OpenMetrics read = read(page(List.of(), BUILD));

    assertThat(read.family("cni_agent_polls").samples()).hasSize(2);
    assertThat(read.family("cni_agent_requests").samples()).hasSize(Status.values().length);
    assertThat(read.family("cni_agent_datums_dropped").samples())
        .hasSize(DropReason.values().length)
        .allMatch(sample -> sample.value() == 0);
  }

  @Test
  void eventsOfTheAgentAreCounted() {
    activity.polled(AgentStats.PollResult.GOOD);
    activity.polled(AgentStats.PollResult.GOOD);
    activity.polled(AgentStats.PollResult.FAILED);
    activity.sent(60);
    activity.dropped(DropReason.NO_ROOM, 30);
    activity.answered(Status.UNAUTHORIZED, Duration.ofMillis(80));

    OpenMetrics read = read(page(List.of(), BUILD));

    assertThat(read.value("cni_agent_polls", of("result", "good"))).isEqualTo(2);
    assertThat(read.value("cni_agent_polls", of("result", "failed"))).isEqualTo(1);
    assertThat(read.value("cni_agent_datums_sent", of())).isEqualTo(60);
    assertThat(read.value("cni_agent_datums_dropped", of("reason", "no_room"))).isEqualTo(30);
    assertThat(read.value("cni_agent_requests", of("outcome", "unauthorized"))).isEqualTo(1);
  }

  @Test
  void latencyCountsInItsBucketAndInAllLargerOnes() {
    activity.answered(Status.ACCEPTED, Duration.ofMillis(100));
    activity.answered(Status.ACCEPTED, Duration.ofMillis(400));
    activity.answered(Status.RETRYABLE, Duration.ofMillis(10_500));

    String text = page(List.of(), BUILD).get(OPEN_METRICS).body();

    assertThat(text)
        .contains(
            """
            cni_agent_request_duration_seconds_bucket{node="n1",le="0.1"} 1
            cni_agent_request_duration_seconds_bucket{node="n1",le="0.3"} 1
            cni_agent_request_duration_seconds_bucket{node="n1",le="1.0"} 2
            cni_agent_request_duration_seconds_bucket{node="n1",le="3.0"} 2
            cni_agent_request_duration_seconds_bucket{node="n1",le="10.0"} 2
            cni_agent_request_duration_seconds_bucket{node="n1",le="+Inf"} 3
            cni_agent_request_duration_seconds_count{node="n1"} 3
            cni_agent_request_duration_seconds_sum{node="n1"} 11.0
            """);
  }

  @Test
  void backlogIsShown() {
    OpenMetrics read = read(page(List.of(), BUILD));

    assertThat(read.value("cni_agent_backlog_size", of())).isEqualTo(7);
    assertThat(read.value("cni_agent_backlog_age_seconds", of())).isEqualTo(420.5);
  }

  @Test
  void labelsAreEscaped() {
    BuildInfo odd = new BuildInfo("1.0 \"x\"\\\n}", "17 {,=");

    assertThat(read(page(List.of(), odd)).family("cni_agent_build").samples().get(0).labels())
        .isEqualTo(
            Map.of("node", "n1", "version", odd.version(), "java_version", odd.javaVersion()));
  }

  @Test
  void everySeriesHasTheNodesLabels() {
    OpenMetrics read = read(page(wholeCatalogue(), BUILD));

    assertThat(read.families())
        .flatMap(OpenMetrics.Family::samples)
        .allSatisfy(sample -> assertThat(sample.labels()).containsEntry("node", "n1"));
    assertThat(read.family("cni_node").samples().get(0).labels())
        .isEqualTo(Map.of("node", "n1", "cni_version", "1.20.0"));
  }

  /** For Prometheus, a metric without the labels of the instance would be a different series. */
  @Test
  void pageIsEmptyUntilTheLabelsWereLookedUp() {
    labels = Optional.empty();

    assertThat(page(wholeCatalogue(), BUILD).get("").body()).isEmpty();
    assertThat(page(wholeCatalogue(), BUILD).get(OPEN_METRICS).body()).isEqualTo("# EOF\n");
  }

  private static Map<String, String> of(String... label) {
    return label.length == 0 ? Map.of("node", "n1") : Map.of("node", "n1", label[0], label[1]);
  }

  private static int families() {
    return (int)
        MetricCatalog.all().stream().map(metric -> metric.prometheus().family()).distinct().count();
  }

  private MetricsPage page(List<Sample> samples, BuildInfo build) {
    Instant now = Instant.parse("2026-11-21T10:00:00.5Z");
    Instant oldest = now.minusMillis(420_500);
    MetricBuffer.Depth pending = new MetricBuffer.Depth(7, 0, Optional.of(oldest));
    return new MetricsPage(() -> samples, () -> labels, activity, () -> pending, () -> now, build);
  }

  private static OpenMetrics read(MetricsPage page) {
    return OpenMetrics.read(page.get(OPEN_METRICS).body());
  }

  private static List<String> samples(String text) {
    return text.lines().filter(line -> !line.startsWith("#")).toList();
  }

  /** All metrics, each with the value 50. */
  private static List<Sample> wholeCatalogue() {
    OptionalDouble fifty = OptionalDouble.of(50);
    return MetricCatalog.all().stream()
        .map(
            metric ->
                metric.kind() == Kind.COUNTER
                    ? new Sample(metric, OptionalDouble.empty(), fifty)
                    : new Sample(metric, fifty, OptionalDouble.empty()))
        .toList();
  }
}
