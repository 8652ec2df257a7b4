package io.cnimetrics.health;

import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.publish.MetricBuffer;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The page {@code /metrics} shows the samples of the last poll and the agent's metrics about
 * itself. Only this page loads the Prometheus library.
 *
 * @param samples all samples of the last poll; if a source failed, its metrics are absent
 * @param node the labels of all series. Before the first lookup of the labels the page is empty,
 *     because a metric without labels would be another series
 */
public record MetricsPage(
    Supplier<List<Sample>> samples,
    Supplier<Optional<NodeLabels>> node,
    AgentStats stats,
    Supplier<MetricBuffer.Depth> pending,
    InstantSource clock,
    BuildInfo build)
    implements Page {
  public static final String PATH = "/metrics";

  @Override
  public Response get(String accept) {
    return TextFormat.of(accept)
        .write(new MetricSnapshots(node.get().map(this::snapshots).orElse(List.of())));
  }

  private List<MetricSnapshot> snapshots(NodeLabels labels) {
    List<MetricSnapshot> all = new ArrayList<>(PrometheusText.snapshots(samples.get(), labels));
    all.addAll(
        AgentMetrics.of(
            stats, pending.get(), clock.instant(), build, PrometheusText.labels(labels.ofEach())));
    return all;
  }

  /** The versions of the running agent and of its Java runtime. */
  public record BuildInfo(String version, String javaVersion) {
    public static BuildInfo of(String version) {
      return new BuildInfo(version, Runtime.version().toString());
    }
  }
}
