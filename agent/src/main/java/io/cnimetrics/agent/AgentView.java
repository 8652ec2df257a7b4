package io.cnimetrics.agent;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.NodeLabels;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.health.AgentStatus;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/** What the pages of the health server show of the agent. */
public final class AgentView {
  private final Instant startedAt;
  private final KnownNode node;
  private final LastPoll lastPoll;
  private final Set<Metric> selected;
  private final AlertLog alerts;
  private final MetricBuffer buffer;
  private final Receivers receivers;
  private final Publisher publisher;
  private final AgentStats stats;

  AgentView(
      Instant startedAt,
      KnownNode node,
      LastPoll lastPoll,
      Set<Metric> selected,
      AlertLog alerts,
      MetricBuffer buffer,
      Receivers receivers,
      Publisher publisher,
      AgentStats stats) {
    this.startedAt = startedAt;
    this.node = node;
    this.lastPoll = lastPoll;
    this.selected = selected;
    this.alerts = alerts;
    this.buffer = buffer;
    this.receivers = receivers;
    this.publisher = publisher;
    this.stats = stats;
  }

  public AgentStatus status() {
    Optional<NodeSnapshot> polled = lastPoll.snapshot();
    IncreaseHistory increases = alerts.increases();
    NodeIdentity identity = node.identity();
    Stream<Problem> ofPoll = polled.stream().flatMap(snapshot -> snapshot.problems().stream());
    return new AgentStatus(
        startedAt,
        identity,
        polled.flatMap(NodeSnapshot::metrics).flatMap(IpamdMetrics::cniVersion),
        polled.map(snapshot -> new AgentStatus.LastPoll(snapshot.takenAt(), snapshot.ipamdRead())),
        Stream.concat(ofPoll, node.problems().stream()).toList(),
        lastPoll.samples(),
        alerts.minutes(),
        increases.reads(),
        increases.all(),
        alerts.present(),
        pending(),
        stats.dropped(),
        buffer.receivers().stream()
            .map(
                receiver ->
                    receivers.status(
                        receiver,
                        identity.region(),
                        publisher.sender(receiver).map(Sender::answers)))
            .toList());
  }

  /**
   * The selected samples of the last poll, and the number of the agent's starts; empty before the
   * first poll.
   */
  public List<Sample> samples() {
    List<Sample> polled =
        lastPoll.samples().stream()
            .filter(sample -> sample.subnetId().isPresent() || selected.contains(sample.metric()))
            .toList();
    OptionalDouble starts = OptionalDouble.of((double) buffer.history().starts());
    Sample count = new Sample(MetricCatalog.AGENT_STARTS, OptionalDouble.empty(), starts);
    return polled.isEmpty() ? polled : Stream.concat(polled.stream(), Stream.of(count)).toList();
  }

  /** The labels of this node; empty until the first lookup of its identity has ended. */
  public Optional<NodeLabels> labels() {
    return node.labelsAfterLookup();
  }

  /** The pending minutes of all receivers. */
  public MetricBuffer.Depth pending() {
    return buffer.depth();
  }
}
