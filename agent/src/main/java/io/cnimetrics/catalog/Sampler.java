package io.cnimetrics.catalog;

import io.cnimetrics.capacity.InstanceLimit;
import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Turns snapshots into samples of the catalogue's metrics. It keeps nothing from poll to poll: what
 * must be remembered goes out and comes in again as a {@link History}.
 */
public final class Sampler {
  private static final Set<Series> COUNTERS = MetricCatalog.counters();

  private final List<Metric> metrics;
  private final PodLimits podLimits;
  private final Instant agentStart;

  /**
   * @param metrics those to sample
   * @param agentStart an ipamD that started later counts from 0, not from a baseline
   */
  public Sampler(List<Metric> metrics, PodLimits podLimits, Instant agentStart) {
    this.metrics = List.copyOf(metrics);
    this.podLimits = podLimits;
    this.agentStart = agentStart;
  }

  /** Computes one poll's samples; a metric whose source failed is absent, not 0. */
  public Reading read(NodeSnapshot snapshot, History before) {
    NodeCapacity capacity = capacity(snapshot);
    Increases increases = Increases.of(snapshot.metrics(), before.totals(), agentStart);
    History history = remember(snapshot, capacity, increases, before);
    Poll poll = new Poll(snapshot, capacity, increases, history);
    return new Reading(
        metrics.stream()
            .flatMap(metric -> metric.computation().sample(metric, poll).stream())
            .toList(),
        capacity,
        history);
  }

  private NodeCapacity capacity(NodeSnapshot snapshot) {
    Optional<InstanceLimit> limit = snapshot.instance().type().flatMap(InstanceLimits::of);
    return NodeCapacity.of(
        snapshot,
        limit,
        Poll.gauge(snapshot.metrics(), MetricCatalog.ENI_MAX),
        Poll.gauge(snapshot.metrics(), MetricCatalog.IP_MAX),
        podLimits);
  }

  private static History remember(
      NodeSnapshot snapshot, NodeCapacity capacity, Increases increases, History before) {
    long minute = Poll.minute(snapshot);
    boolean refused = increases.of(MetricCatalog.NO_AVAILABLE_ADDRESS).orElse(0) > 0;
    return new History(
        increases.next(before.totals(), COUNTERS),
        before.restarts() + (increases.restarted().orElse(false) ? 1 : 0),
        before.down().allOf(minute, !snapshot.ipamdRead()),
        Poll.warmPoolEmpty(snapshot, capacity)
            .map(empty -> before.warmPoolEmpty().lastOf(minute, empty))
            .orElse(before.warmPoolEmpty()),
        before.refusals().at(minute, refused));
  }
}
