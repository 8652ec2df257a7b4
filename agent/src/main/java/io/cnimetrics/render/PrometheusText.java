package io.cnimetrics.render;

import io.cnimetrics.catalog.Kind;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Unit;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A poll in Prometheus' text format: the catalogue's metrics under {@code cni_…} in base units,
 * counters as totals.
 */
public final class PrometheusText {
  private static final Pattern WORD_START =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])");

  private PrometheusText() {}

  /** Writes the text. */
  public static String of(List<Sample> samples) {
    MetricSnapshots snapshots =
        new MetricSnapshots(samples.stream().map(PrometheusText::snapshot).toList());
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(text, snapshots);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private static MetricSnapshot snapshot(Sample sample) {
    Metric metric = sample.metric();
    if (metric.kind() == Kind.COUNTER) {
      return CounterSnapshot.builder()
          .name(name(metric))
          .help(metric.description())
          .dataPoint(CounterDataPointSnapshot.builder().value(sample.total().orElseThrow()).build())
          .build();
    }
    return GaugeSnapshot.builder()
        .name(name(metric))
        .help(metric.description())
        .dataPoint(
            GaugeDataPointSnapshot.builder()
                .value(sample.value().orElseThrow() * baseUnits(metric.unit()))
                .build())
        .build();
  }

  /** Such as {@code cni_aws_api_latency_seconds} for {@code awsAPILatency}. */
  static String name(Metric metric) {
    String camelCase = metric.name().replace("IPv4", "Ipv4").replace("IPs", "Ips");
    String words = WORD_START.matcher(camelCase).replaceAll("_").toLowerCase(Locale.ROOT);
    return "cni_"
        + switch (metric.unit()) {
          case COUNT -> words;
          case PERCENT -> words + "_ratio";
          case MILLISECONDS -> words + "_seconds";
          case MINUTES -> words.replaceFirst("_minutes$", "_seconds");
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
