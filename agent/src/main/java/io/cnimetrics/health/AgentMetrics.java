package io.cnimetrics.health;

import io.cnimetrics.health.AgentStats.Latencies;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.publish.MetricBuffer;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** The agent's metrics about itself, named {@code cni_agent_…}. */
final class AgentMetrics {
  private AgentMetrics() {}

  static List<MetricSnapshot> of(
      AgentStats stats, MetricBuffer.Depth pending, Instant now, BuildInfo build, Labels node) {
    long age = pending.oldest().map(oldest -> Duration.between(oldest, now).toMillis()).orElse(0L);
    Labels versions = Labels.of("version", build.version(), "java_version", build.javaVersion());
    return List.of(
        PrometheusText.info(
            name("build"), "Versions of the agent and of its Java runtime.", node.merge(versions)),
        counters("polls", "Polls of ipamD by result.", "result", stats.polls, node),
        counter("datums_sent", "Datums that a receiver accepted.", stats.sent.sum(), node),
        counters("datums_dropped", "Dropped datums by reason.", "reason", stats.dropped, node),
        counters(
            "requests", "Requests to the receivers by outcome.", "outcome", stats.requests, node),
        latencies(stats.latencies.read(), node),
        gauge(
                "backlog_size",
                "Pending minutes, whose datums a receiver has not accepted yet.",
                pending.minutes(),
                node)
            .build(),
        gauge(
                "backlog_age_seconds",
                "Age of the oldest minute of data that is not yet sent; 0 if all data is sent.",
                Math.max(0, age) / 1000.0,
                node)
            .unit(Unit.SECONDS)
            .build());
  }

  private static MetricSnapshot counter(String name, String help, long count, Labels node) {
    return CounterSnapshot.builder()
        .name(name(name))
        .help(help)
        .dataPoint(CounterDataPointSnapshot.builder().labels(node).value((double) count).build())
        .build();
  }

  private static <E extends Enum<E>> MetricSnapshot counters(
      String name, String help, String label, Map<E, LongAdder> counts, Labels node) {
    CounterSnapshot.Builder counters = CounterSnapshot.builder().name(name(name)).help(help);
    counts.forEach(
        (kind, count) ->
            counters.dataPoint(
                CounterDataPointSnapshot.builder()
                    .labels(node.merge(Labels.of(label, kind.name().toLowerCase(Locale.ROOT))))
                    .value((double) count.sum())
                    .build()));
    return counters.build();
  }

  private static MetricSnapshot latencies(Latencies.Distribution read, Labels node) {
    return HistogramSnapshot.builder()
        .name(name("request_duration_seconds"))
        .help("Duration of requests to the receivers until the response or the timeout.")
        .unit(Unit.SECONDS)
        .dataPoint(
            HistogramDataPointSnapshot.builder()
                .labels(node)
                .classicHistogramBuckets(ClassicHistogramBuckets.of(read.bounds(), read.counts()))
                .sum(read.sum())
                .build())
        .build();
  }

  private static GaugeSnapshot.Builder gauge(String name, String help, double value, Labels node) {
    return GaugeSnapshot.builder()
        .name(name(name))
        .help(help)
        .dataPoint(GaugeDataPointSnapshot.builder().labels(node).value(value).build());
  }

  private static String name(String name) {
    return "cni_agent_" + name;
  }
}
