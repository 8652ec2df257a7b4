package io.cnimetrics.health;

import io.cnimetrics.catalog.Sample;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * {@code /metrics}: what the last poll says of the node, and what the agent says of itself. The
 * Prometheus library is loaded by this page alone.
 */
public final class MetricsPage implements Page {
  /** Where it is served. */
  public static final String PATH = "/metrics";

  private final Supplier<List<Sample>> samples;
  private final Function<List<Sample>, MetricSnapshots> exposition;
  private final AgentStats activity;
  private final Supplier<Backlog> backlog;
  private final BuildInfo build;

  /**
   * @param samples all of the last poll's: a metric whose source failed is not among them
   * @param exposition what Prometheus sees of samples
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
