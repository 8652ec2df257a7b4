package io.cnimetrics.catalog;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Computes the samples of the catalogue's metrics from snapshots. It has no state of its own: each
 * poll needs and returns a {@link SamplerState}.
 */
public final class Sampler {
  private static final Set<Series> COUNTERS = MetricCatalog.counters();

  private final List<Metric> metrics;
  private final PodLimits podLimits;
  private final Instant agentStart;
  private final Duration grace;

  /**
   * @param metrics the metrics to sample
   * @param agentStart an ipamD that started later counts from 0, not from a baseline
   */
  public Sampler(List<Metric> metrics, PodLimits podLimits, Instant agentStart) {
    this(metrics, podLimits, agentStart, Duration.ZERO);
  }

  private Sampler(List<Metric> metrics, PodLimits podLimits, Instant agentStart, Duration grace) {
    this.metrics = List.copyOf(metrics);
    this.podLimits = podLimits;
    this.agentStart = agentStart;
    this.grace = grace;
  }

  /**
   * A sampler that does not report an ipamD as down during a grace period if it was never seen: on
   * a new node ipamD starts after the agent, and with another CNI there is no ipamD.
   *
   * @param time the grace period after the agent's start
   */
  public Sampler withGrace(Duration time) {
    return new Sampler(metrics, podLimits, agentStart, time);
  }

  /** The samples that the agent's start counts. */
  public List<Sample> start() {
    OptionalDouble one = OptionalDouble.of(1);
    return metrics.stream()
        .filter(metric -> metric.computation() instanceof Computation.AgentStart)
        .flatMap(metric -> Sample.counter(metric, one, one).stream())
        .toList();
  }

  /** Computes one poll's samples; a metric whose source failed is absent, not 0. */
  public PollSamples read(NodeSnapshot snapshot, SamplerState before) {
    boolean graceIsOver = !snapshot.takenAt().isBefore(agentStart.plus(grace));
    return read(snapshot, before, before.ipamdSeen() || graceIsOver);
  }

  /** Like {@link #read}, for a poll that is too short to decide that ipamD is down. */
  public PollSamples readFinal(NodeSnapshot snapshot, SamplerState before) {
    return read(snapshot, before, false);
  }

  private PollSamples read(NodeSnapshot snapshot, SamplerState before, boolean mayBeDown) {
    boolean judgesIpamd = snapshot.ipamdRead() || mayBeDown;
    NodeCapacity capacity = capacity(snapshot, before);
    CounterDeltas increases = CounterDeltas.of(snapshot.metrics(), before.totals(), agentStart);
    SamplerState history = remember(snapshot, capacity, increases, before, judgesIpamd);
    PollContext poll = new PollContext(snapshot, capacity, increases, history, judgesIpamd);
    List<Sample> samples =
        metrics.stream()
            .flatMap(metric -> metric.computation().sample(metric, poll).stream())
            .toList();
    return new PollSamples(samples, increases.rose(COUNTERS), capacity, history);
  }

  private NodeCapacity capacity(NodeSnapshot snapshot, SamplerState before) {
    Optional<InstanceLimits.Limit> limit = snapshot.instance().type().flatMap(InstanceLimits::of);
    return NodeCapacity.of(
        snapshot,
        limit,
        PollContext.gauge(snapshot.metrics(), MetricCatalog.ENI_MAX),
        PollContext.gauge(snapshot.metrics(), MetricCatalog.IP_MAX),
        before.mode(),
        podLimits);
  }

  private static SamplerState remember(
      NodeSnapshot snapshot,
      NodeCapacity capacity,
      CounterDeltas increases,
      SamplerState before,
      boolean judgesIpamd) {
    long minute = PollContext.minute(snapshot);
    boolean refused = increases.of(MetricCatalog.NO_AVAILABLE_ADDRESS).orElse(0) > 0;
    return new SamplerState(
        increases.next(before.totals(), COUNTERS),
        before.restarts() + (increases.restarted().orElse(false) ? 1 : 0),
        before.ipamdSeen() || snapshot.ipamdRead(),
        judgesIpamd ? before.down().allOf(minute, !snapshot.ipamdRead()) : before.down(),
        snapshot
            .pool()
            .flatMap(capacity::warmPoolEmpty)
            .map(empty -> before.warmPoolEmpty().lastOf(minute, empty))
            .orElse(before.warmPoolEmpty()),
        before.refusals().at(minute, refused),
        capacity.modeByGauges() ? Optional.of(capacity.mode()) : before.mode());
  }

  /**
   * The result of one poll.
   *
   * @param samples in the catalogue's order; a metric without a value is absent
   * @param rose the ipamD counters that rose since the previous poll, sampled or not
   * @param capacity the address capacity of the node
   * @param history what to remember for the next poll
   */
  public record PollSamples(
      List<Sample> samples, Set<Series> rose, NodeCapacity capacity, SamplerState history) {
    public PollSamples {
      samples = List.copyOf(samples);
      rose = Set.copyOf(rose);
    }
  }
}
