package io.cnimetrics.health;

import io.cnimetrics.catalog.Sample;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * {@code /metrics}: the samples of the last poll and the agent's metrics about itself. Only this
 * page loads the Prometheus library.
 */
public final class MetricsPage implements Page {
  /** The path of the page. */
  public static final String PATH = "/metrics";

  private final Supplier<List<Sample>> samples;
  private final Function<List<Sample>, MetricSnapshots> exposition;
  private final AgentStats activity;
  private final Supplier<Backlog> backlog;
  private final BuildInfo build;

  /**
   * @param samples all samples of the last poll; a metric whose source failed is absent
   * @param exposition converts samples to Prometheus metrics
   */
  public MetricsPage(
      Supplier<List<Sample>> samples,
      Function<List<Sample>, MetricSnapshots> exposition,
      AgentStats activity,
      Supplier<Backlog> backlog,
      BuildInfo build) {
    this.samples = samples;
    this.exposition = exposition;
    this.activity = activity;
    this.backlog = backlog;
    this.build = build;
  }

  @Override
  public Response get(String accept) {
    MetricSnapshots node = exposition.apply(samples.get());
    return TextFormat.of(accept)
        .write(
            new MetricSnapshots(
                Stream.concat(
                        node.stream(), AgentMetrics.of(activity, backlog.get(), build).stream())
                    .toList()));
  }
}
