package io.cnimetrics.health;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Unit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes the samples of a poll in Prometheus' text format. The catalogue contains the names. */
public final class PrometheusText {
  private PrometheusText() {}

  public static String of(List<Sample> samples, NodeLabels node) {
    return TextFormat.PROMETHEUS.write(new MetricSnapshots(snapshots(samples, node))).body();
  }

  /** Converts samples to metrics of the Prometheus library. */
  static List<MetricSnapshot> snapshots(List<Sample> samples, NodeLabels node) {
    if (samples.isEmpty()) {
      return List.of();
    }
    Map<String, List<Sample>> families = new LinkedHashMap<>();
    for (Sample sample : samples) {
      String family = sample.metric().prometheus().family();
      families.computeIfAbsent(family, name -> new ArrayList<>()).add(sample);
    }
    Labels each = labels(node.ofEach());
    List<MetricSnapshot> snapshots = new ArrayList<>();
    families.forEach((name, family) -> snapshots.add(snapshot(name, family, each)));
    if (!node.ofInfo().isEmpty()) {
      String name = NodeLabels.INFO.replaceFirst("_info$", "");
      snapshots.add(info(name, NodeLabels.INFO_HELP, each.merge(labels(node.ofInfo()))));
    }
    return snapshots;
  }

  static MetricSnapshot info(String name, String help, Labels labels) {
    return InfoSnapshot.builder()
        .name(name)
        .help(help)
        .dataPoint(InfoDataPointSnapshot.builder().labels(labels).build())
        .build();
  }

  private static MetricSnapshot snapshot(String name, List<Sample> family, Labels node) {
    Metric first = family.get(0).metric();
    if (first.kind() == Kind.COUNTER) {
      CounterSnapshot.Builder counter =
          CounterSnapshot.builder().name(name.replaceFirst("_total$", "")).help(help(family));
      for (Sample sample : family) {
        counter.dataPoint(
            CounterDataPointSnapshot.builder()
                .value(sample.total().orElseThrow())
                .labels(labels(sample, node))
                .build());
      }
      return counter.build();
    }
    GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help(family));
    for (Sample sample : family) {
      gauge.dataPoint(
          GaugeDataPointSnapshot.builder()
              .value(sample.metric().unit().inBaseUnit(sample.value().orElseThrow()))
              .labels(labels(sample, node))
              .build());
    }
    String unit = first.unit().baseUnit();
    return unit.isEmpty() ? gauge.build() : gauge.unit(new Unit(unit)).build();
  }

  /** Joins the descriptions of all metrics of a family. */
  private static String help(List<Sample> family) {
    return family.stream()
        .map(Sample::metric)
        .distinct()
        .map(
            metric ->
                String.join("", metric.prometheus().labels().values())
                    + (metric.prometheus().labels().isEmpty() ? "" : ": ")
                    + metric.description())
        .collect(Collectors.joining(" "));
  }

  private static Labels labels(Sample sample, Labels node) {
    Labels own = node.merge(labels(sample.metric().prometheus().labels()));
    return sample.subnetId().map(id -> own.merge(Labels.of(NodeLabels.SUBNET, id))).orElse(own);
  }

  static Labels labels(Map<String, String> labels) {
    Labels.Builder builder = Labels.builder();
    labels.forEach(builder::label);
    return builder.build();
  }
}
