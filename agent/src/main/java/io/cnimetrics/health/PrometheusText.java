package io.cnimetrics.health;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Writes the samples of a poll in Prometheus' text format. Names start with {@code cni_}, values
 * have base units, and counters are totals.
 */
public final class PrometheusText {
  private static final Pattern WORD_START =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  private static final String SUBNET = words(MetricCatalog.SUBNET_DIMENSION);

  private PrometheusText() {}

  /** Writes the text. */
  public static String of(List<Sample> samples) {
    return TextFormat.PROMETHEUS.write(snapshots(samples)).body();
  }

  /** Converts samples to metrics of the Prometheus library. */
  static MetricSnapshots snapshots(List<Sample> samples) {
    Map<Metric, List<Sample>> byMetric = new LinkedHashMap<>();
    for (Sample sample : samples) {
      byMetric.computeIfAbsent(sample.metric(), metric -> new ArrayList<>()).add(sample);
    }
    return new MetricSnapshots(
        byMetric.entrySet().stream()
            .map(entry -> snapshot(entry.getKey(), entry.getValue()))
            .toList());
  }

  /** A metric has one series. A metric about subnets has one series for each subnet. */
  private static MetricSnapshot snapshot(Metric metric, List<Sample> samples) {
    if (metric.kind() == Kind.COUNTER) {
      CounterSnapshot.Builder counter =
          CounterSnapshot.builder().name(name(metric)).help(metric.description());
      for (Sample sample : samples) {
        counter.dataPoint(
            CounterDataPointSnapshot.builder().value(sample.total().orElseThrow()).build());
      }
      return counter.build();
    }
    GaugeSnapshot.Builder gauge =
        GaugeSnapshot.builder().name(name(metric)).help(metric.description());
    for (Sample sample : samples) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .value(sample.value().orElseThrow() * baseUnits(metric.unit()))
              .labels(sample.subnetId().map(id -> Labels.of(SUBNET, id)).orElse(Labels.EMPTY))
              .build());
    }
    baseUnit(metric.unit()).ifPresent(gauge::unit);
    return gauge.build();
  }

  /** The name in Prometheus, such as {@code cni_aws_api_latency_seconds}. */
  static String name(Metric metric) {
    String words = words(metric.name());
    return "cni_"
        + words.replaceFirst("_(minutes|percent)$", "")
        + baseUnit(metric.unit()).map(unit -> "_" + unit).orElse("");
  }

  private static String words(String name) {
    String camelCase = name.replace("IPv4", "Ipv4").replace("IPs", "Ips");
    return WORD_START.matcher(camelCase).replaceAll("_").toLowerCase(Locale.ROOT);
  }

  private static Optional<io.prometheus.metrics.model.snapshots.Unit> baseUnit(Unit unit) {
    return switch (unit) {
      case COUNT -> Optional.empty();
      case PERCENT -> Optional.of(io.prometheus.metrics.model.snapshots.Unit.RATIO);
      case MILLISECONDS, MINUTES -> Optional.of(io.prometheus.metrics.model.snapshots.Unit.SECONDS);
    };
  }

  private static double baseUnits(Unit unit) {
    return switch (unit) {
      case COUNT -> 1;
      case PERCENT -> 0.01;
      case MILLISECONDS -> 0.001;
      case MINUTES -> 60;
    };
  }
}
