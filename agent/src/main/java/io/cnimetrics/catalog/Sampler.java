package io.cnimetrics.catalog;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Computes the samples of the catalogue's metrics from snapshots. A sampler keeps no state. Each
 * poll gets the last {@link SamplerState} and returns the next.
 *
 * @param agentStart the agent's start. If ipamD started later, its totals are increases from 0.
 * @param agentAge returns the agent's age at a time of the wall clock. Setting the clock must not
 *     change this age.
 * @param grace the time after the agent's start in which ipamD may still start
 */
public record Sampler(
    List<Metric> metrics,
    PodLimits podLimits,
    Instant agentStart,
    Function<Instant, Duration> agentAge,
    Duration grace) {
  private static final Set<Series> COUNTERS = MetricCatalog.counters();

  /**
   * The length of the grace period, which begins at the agent's start. A streak that an earlier
   * agent stored continues only if it is not older than this.
   */
  public static final Duration GRACE = Duration.ofMinutes(5);

  /** A sampler without a grace period, whose agent gets older by the wall clock. */
  public Sampler(List<Metric> metrics, PodLimits podLimits, Instant agentStart) {
    this(metrics, podLimits, agentStart, at -> Duration.between(agentStart, at), Duration.ZERO);
  }

  /** Returns a sampler of all metrics, because metrics that are not sent can show trouble too. */
  public Sampler ofAllMetrics() {
    return new Sampler(MetricCatalog.all(), podLimits, agentStart, agentAge, grace);
  }

  /**
   * Returns a sampler with a grace period, because on a new node ipamD can start after the agent.
   * During the grace period, the sampler reports ipamD as down only in two cases: this agent has
   * read ipamD before, or ipamD was already down before this agent started. If ipamD does not
   * answer after the grace period, the minutes of the grace period count as minutes without ipamD.
   */
  public Sampler withGrace() {
    return new Sampler(metrics, podLimits, agentStart, agentAge, GRACE);
  }

  /** The samples that count the start of the agent. */
  public List<Sample> start() {
    OptionalDouble one = OptionalDouble.of(1);
    return metrics.stream()
        .filter(metric -> metric.computation() instanceof Computation.AgentStart)
        .flatMap(metric -> Sample.counter(metric, one, one).stream())
        .toList();
  }

  /** Computes the samples of one poll. A metric whose source could not be read has no sample. */
  public PollSamples read(NodeSnapshot snapshot, SamplerState before) {
    boolean graceIsOver = agentAge.apply(snapshot.takenAt()).compareTo(grace) >= 0;
    long minute = PollContext.minute(snapshot.takenAt());
    Streak down = recent(before.down(), minute, before).allOf(minute, !snapshot.ipamdRead());
    boolean wasDown = down.held() && down.firstMinute() < PollContext.minute(agentStart);
    return read(snapshot, before, before.ipamdSeen() || graceIsOver || wasDown, down);
  }

  private static Streak recent(Streak kept, long minute, SamplerState before) {
    return before.ipamdSeen() || minute - kept.minute() <= GRACE.toMinutes() ? kept : Streak.NONE;
  }

  /**
   * Like {@link #read}, for the last poll before the agent stops, which has a short time limit. A
   * failure of such a poll does not show that ipamD is down.
   */
  public PollSamples readFinal(NodeSnapshot snapshot, SamplerState before) {
    Streak down =
        snapshot.ipamdRead()
            ? before.down().allOf(PollContext.minute(snapshot.takenAt()), false)
            : before.down();
    return read(snapshot, before, false, down);
  }

  private PollSamples read(
      NodeSnapshot snapshot, SamplerState before, boolean mayBeDown, Streak down) {
    boolean judgesIpamd = snapshot.ipamdRead() || mayBeDown;
    NodeCapacity capacity = capacity(snapshot, before);
    CounterIncreases increases =
        CounterIncreases.of(
            snapshot.metrics(),
            before.totals(),
            snapshot.takenAt(),
            agentAge.apply(snapshot.takenAt()));
    SamplerState history = remember(snapshot, capacity, increases, before, down);
    PollContext poll = new PollContext(snapshot, capacity, increases, history, judgesIpamd);
    List<Sample> samples =
        metrics.stream()
            .flatMap(metric -> metric.computation().sample(metric, poll).stream())
            .toList();
    return new PollSamples(
        samples,
        increases.rose(COUNTERS),
        increases.fromZero(),
        capacity,
        history,
        leftOut(snapshot, samples));
  }

  private List<Metric> leftOut(NodeSnapshot snapshot, List<Sample> samples) {
    Set<Metric> present = samples.stream().map(Sample::metric).collect(Collectors.toSet());
    return metrics.stream()
        .filter(metric -> !present.contains(metric))
        .filter(metric -> metric.series().stream().anyMatch(series -> isBad(snapshot, series)))
        .toList();
  }

  /** Whether ipamD shows a bad number of this series, which no metric can use. */
  private static boolean isBad(NodeSnapshot snapshot, Series series) {
    return snapshot
        .metrics()
        .map(read -> COUNTERS.contains(series) ? read.total(series) : read.gaugeOrZero(series))
        .filter(OptionalDouble::isEmpty)
        .isPresent();
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
      CounterIncreases increases,
      SamplerState before,
      Streak down) {
    long minute = PollContext.minute(snapshot.takenAt());
    boolean refused =
        increases.of(MetricCatalog.NO_AVAILABLE_ADDRESS).orElse(0) > 0
            || increases.of(MetricCatalog.METADATA_ERRORS).orElse(0) > 0;
    return new SamplerState(
        increases.next(before.totals(), COUNTERS),
        before.restarts() + (increases.restarted().orElse(false) ? 1 : 0),
        before.starts(),
        before.ipamdSeen() || snapshot.ipamdRead(),
        down,
        capacity
            .warmPoolEmpty()
            .map(empty -> recent(before.warmPoolEmpty(), minute, before).lastOf(minute, empty))
            .orElse(before.warmPoolEmpty()),
        before.refusals().at(minute, refused),
        before.recentRestarts().at(minute, increases.restarted().orElse(false)),
        capacity.modeByGauges() ? Optional.of(capacity.mode()) : before.mode());
  }

  /**
   * The result of one poll.
   *
   * @param samples the samples in the catalogue's order; a metric without a value has no sample
   * @param rose the increases of ipamD's counters that rose, even if no selected metric needs the
   *     counter
   * @param fromZero whether ipamD started after the last read, so that its totals are increases
   * @param history the state to pass to the next poll
   * @param leftOut the metrics without a sample because ipamD shows a bad number, such as a
   *     negative counter
   */
  public record PollSamples(
      List<Sample> samples,
      Map<Series, Double> rose,
      boolean fromZero,
      NodeCapacity capacity,
      SamplerState history,
      List<Metric> leftOut) {
    public PollSamples {
      samples = List.copyOf(samples);
      rose = Map.copyOf(rose);
      leftOut = List.copyOf(leftOut);
    }

    /** The problem that names the metrics which were left out. */
    public Optional<Problem> problem() {
      return leftOut.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new Problem(
                  Source.METRICS,
                  Reason.UNEXPECTED_SHAPE,
                  "ipamD shows numbers that are negative, not finite or over 2^350; these metrics"
                      + " are left out: "
                      + leftOut.stream().map(Metric::name).collect(Collectors.joining(", ")),
                  "all other metrics are read; check that --metrics-url is ipamD's Prometheus text"
                      + " (port 61678)"));
    }
  }
}
