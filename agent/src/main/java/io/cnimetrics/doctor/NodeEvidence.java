package io.cnimetrics.doctor;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.ReservedEnis;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeIdentity.Origins;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * All facts about a node that the checks judge.
 *
 * @param polls at least one poll of the node, the oldest first
 * @param agent the report of the agent on this node; empty if no agent answers
 */
public record NodeEvidence(
    List<Poll> polls,
    Optional<AgentReport> agent,
    NodeIdentity identity,
    Origins origins,
    AgentSettings agentSettings) {
  public NodeEvidence {
    polls = List.copyOf(polls);
    if (polls.isEmpty()) {
      throw new IllegalArgumentException("the evidence contains no poll");
    }
  }

  Poll last() {
    return polls.get(polls.size() - 1);
  }

  /** The same node as it was at an earlier poll. */
  NodeEvidence upTo(int count) {
    return new NodeEvidence(polls.subList(0, count), agent, identity, origins, agentSettings);
  }

  /** When the state of the last poll began; empty if there is only one poll. */
  Optional<Since> since(Predicate<Poll> state) {
    int first = polls.size() - 1;
    while (first > 0 && state.test(polls.get(first - 1))) {
      first--;
    }
    Instant at = polls.get(first).snapshot().takenAt();
    return Optional.of(first == 0 ? Since.before(at) : Since.exactly(at))
        .filter(any -> showsTrend());
  }

  /** When ipamD's process started; empty if unknown. */
  Optional<Instant> ipamdStart() {
    return snapshot().metrics().stream()
        .flatMapToDouble(metrics -> metrics.processStartSeconds().stream())
        .mapToObj(seconds -> Instant.ofEpochSecond((long) seconds))
        .findFirst();
  }

  /** Whether there are enough polls to see changes. */
  boolean showsTrend() {
    return polls.size() > 1;
  }

  /** Whether there are several polls, and the condition held in each poll. */
  boolean lasts(Predicate<Poll> condition) {
    return showsTrend() && polls.stream().allMatch(condition);
  }

  /** Whether the pool has more addresses than at the first poll. */
  boolean poolHasGrown() {
    long before = polls.get(0).snapshot().pool().map(AddressPool::totalIpv4).orElse(Long.MAX_VALUE);
    return snapshot().pool().filter(pool -> pool.totalIpv4() > before).isPresent();
  }

  AddressMode mode() {
    return capacity().mode();
  }

  NodeCapacity capacity() {
    return last().reading().capacity();
  }

  /** The smallest maximum of a network card. Only checks that need {@code MAXIMUM} call this. */
  EffectiveMaximum smallestMaximum() {
    return capacity().cards().stream()
        .flatMap(card -> card.maximum().stream())
        .min(Comparator.comparingLong(EffectiveMaximum::addresses))
        .orElseThrow();
  }

  Optional<EffectiveMaximum> maximum() {
    return capacity().effectiveMaximum();
  }

  /** The address pool of the last poll. Only checks that need {@code POOL} call this method. */
  AddressPool pool() {
    return snapshot().pool().orElseThrow();
  }

  boolean hasTrunk() {
    return snapshot().pool().filter(AddressPool::hasTrunk).isPresent();
  }

  /** The limits of the instance type; empty if the type is unknown or not in the table. */
  Optional<InstanceLimits.Limit> typeLimit() {
    return snapshot().instance().type().flatMap(InstanceLimits::of);
  }

  /** Whether ipamD reports that custom networking is on. */
  boolean customNetworking() {
    return snapshot().settings().filter(IpamdSettings::customNetworking).isPresent();
  }

  /** The value of WARM_IP_TARGET; empty if ipamD does not report it. */
  OptionalLong warmIpTarget() {
    return snapshot().settings().map(IpamdSettings::warmIpTarget).orElse(OptionalLong.empty());
  }

  /** The pool without the ENIs that carry no pods. */
  AddressPool poolOfPods() {
    return pool().only(eni -> !ReservedEnis.contains(snapshot(), eni));
  }

  /** The subnets of the ENIs that can have pods; empty if ipamD does not report subnets. */
  Set<String> subnetIds() {
    return snapshot().pool().map(any -> poolOfPods().subnetIds()).orElse(Set.of());
  }

  /** The metrics of the last poll. Only checks that need {@code METRICS} call this method. */
  IpamdMetrics metrics() {
    return snapshot().metrics().orElseThrow();
  }

  /**
   * A prefix that names the card, such as {@code network card 1: }; empty if it is the only one.
   */
  String nameOf(CardCapacity card) {
    return capacity().cards().size() > 1 ? "network card %d: ".formatted(card.networkCard()) : "";
  }

  /** The number of addresses that pods can get now. */
  long available() {
    return capacity().available();
  }

  /** The number of pods that hold addresses. A multi-NIC pod holds one address on each card. */
  long heldByPods() {
    return capacity().cards().stream().mapToLong(CardCapacity::assigned).max().orElse(0);
  }

  /** ipamD has its first addresses within this time after its start. */
  private static final Duration START = Duration.ofMinutes(2);

  /** Whether ipamD started so recently that it perhaps has no addresses yet. */
  boolean justStarted() {
    return startedWithin(START);
  }

  /** Whether ipamD started less than this time ago. */
  boolean startedWithin(Duration time) {
    return ipamdStart().filter(start -> start.plus(time).isAfter(now())).isPresent();
  }

  /** The problems that the last poll had with one source. */
  List<Problem> problems(Source source) {
    return snapshot().problems().stream().filter(problem -> problem.source() == source).toList();
  }

  /** A gauge of ipamD in the last poll; empty if ipamD does not report the gauge. */
  OptionalDouble gauge(Series series) {
    return metrics().gauge(series);
  }

  OptionalDouble gauge(Metric metric) {
    return gauge(metric.onlySeries());
  }

  /** The number of addresses for pods on an ENI, by ipamD's gauges; empty if unknown. */
  OptionalLong addressesPerEni() {
    if (snapshot().metrics().isEmpty()) {
      return OptionalLong.empty();
    }
    double enis = total(MetricCatalog.ENI_MAX_AVAILABLE);
    double addresses = total(MetricCatalog.MAX_IP_ADDRESSES);
    return enis > 0 && addresses > 0
        ? OptionalLong.of((long) (addresses / enis))
        : OptionalLong.empty();
  }

  /** The value of a counter in the last poll; 0 if ipamD does not report the counter. */
  double total(Series series) {
    return metrics().total(series).orElse(0);
  }

  /** The total of a metric that is computed from one series. */
  double total(Metric metric) {
    return total(metric.onlySeries());
  }

  /** The trend of a metric that is computed from one counter. */
  Trend trend(Metric counter) {
    return trend(counter.onlySeries());
  }

  /** The trend of {@code awscni_no_available_ip_addresses}. */
  Trend refusals() {
    return trend(MetricCatalog.NO_AVAILABLE_IP_ADDRS);
  }

  /** The trend of a counter. Only checks that need {@code METRICS} call this method. */
  Trend trend(Series counter) {
    return trend(counter.toString(), metrics -> metrics.total(counter));
  }

  /** The trend of the errors of one kind. */
  Trend trend(IpamdError error) {
    return trend(
        error.key(), metrics -> OptionalDouble.of(metrics.errors().getOrDefault(error, 0.0)));
  }

  /** The trend of the errors of several kinds, taken together. */
  Trend trend(Predicate<IpamdError> which) {
    return kinds(which).stream()
        .map(this::trend)
        .reduce(Trend::plus)
        .orElseGet(() -> new Trend(0, seenSince(), Optional.empty(), now()));
  }

  /** The increase of a counter between doctor's polls. */
  double roseWhileWatched(Metric counter) {
    return polls.stream().skip(1).mapToDouble(poll -> poll.rose(counter)).sum();
  }

  /** The kinds of errors that ipamD has counted, the most frequent first. */
  List<IpamdError> kinds(Predicate<IpamdError> which) {
    return metrics().errors().keySet().stream()
        .filter(which)
        .filter(kind -> trend(kind).total() > 0)
        .sorted(
            Comparator.comparing((IpamdError kind) -> -trend(kind).total())
                .thenComparing(IpamdError::key))
        .toList();
  }

  private static final int MAX_NAMED = 4;

  /**
   * A text with each call, its error code and its trend. A search in CloudTrail can use the call
   * and the code.
   */
  String counts(List<IpamdError> kinds) {
    String counts =
        kinds.stream()
            .limit(MAX_NAMED)
            .map(kind -> kind + ": " + trend(kind))
            .collect(Collectors.joining("; "));
    return kinds.size() > MAX_NAMED
        ? "%s; %d more kinds".formatted(counts, kinds.size() - MAX_NAMED)
        : counts;
  }

  /** The trend of {@link RecentIncrease#REFUSED_WHILE_COOLING}. */
  Trend refusedWhileCooling() {
    String counter = RecentIncrease.REFUSED_WHILE_COOLING;
    Optional<RecentIncrease> run = seenByAgent(counter);
    for (int next = 1; next < polls.size(); next++) {
      double by = polls.get(next).rose(MetricCatalog.NO_AVAILABLE_IP_ADDRS);
      if (by > 0 && polls.get(next - 1).allFreeAddressesCool()) {
        Instant at = polls.get(next).snapshot().takenAt();
        run =
            Optional.of(
                run.map(known -> known.plus(by, at))
                    .orElse(new RecentIncrease(counter, by, at, at)));
      }
    }
    return new Trend(run.map(RecentIncrease::amount).orElse(0.0), seenSince(), run, now());
  }

  /**
   * If a pod does not start, a counter rises within this time. After an error the kubelet waits 10
   * to 15 s ({@code backOffPeriod} of 10 s, with a jitter of 0.5, in {@code pod_workers.go}). The
   * attempt takes some seconds more.
   */
  static final Duration RETRY = Duration.ofSeconds(25);

  /** Whether pods still fail. */
  boolean podsStillFail(Trend failures) {
    Optional<Instant> seenUntil =
        polls.stream().filter(poll -> poll.snapshot().metrics().isPresent()).count() > 1
            ? Optional.of(now())
            : agent.map(AgentReport::readUntil);
    return failures.roseWithin(Trend.LAST_MINUTE)
        && failures.run().stream()
            .map(rise -> rise.last().plus(RETRY))
            .noneMatch(retried -> seenUntil.filter(retried::isBefore).isPresent());
  }

  private Optional<RecentIncrease> seenByAgent(String counter) {
    return agent.stream()
        .flatMap(report -> report.increases().stream())
        .filter(increase -> increase.counter().equals(counter))
        .findFirst();
  }

  private Trend trend(String counter, Function<IpamdMetrics, OptionalDouble> total) {
    Optional<RecentIncrease> run = seenByAgent(counter);
    OptionalDouble before = OptionalDouble.empty();
    Instant beforeAt = Instant.MIN;
    for (Poll poll : polls) {
      Instant at = poll.snapshot().takenAt();
      OptionalDouble read =
          poll.snapshot().metrics().stream()
              .flatMapToDouble(metrics -> total.apply(metrics).stream())
              .findFirst();
      if (read.isPresent()) {
        double count = read.getAsDouble();
        double increase = unseen(run, before, beforeAt, count);
        if (increase > 0) {
          run =
              Optional.of(
                  run.map(known -> known.plus(increase, at))
                      .orElse(new RecentIncrease(counter, increase, at, at))
                      .counted(count));
        }
        before = read;
      }
      beforeAt = at;
    }
    return new Trend(total(run, before), seenSince(), run, now());
  }

  /**
   * Returns the agent's count if the agent polled after doctor's last poll, or else doctor's count.
   */
  private double total(Optional<RecentIncrease> run, OptionalDouble read) {
    return run.filter(known -> known.last().isAfter(now())).stream()
        .flatMapToDouble(known -> known.total().stream())
        .findFirst()
        .orElse(read.orElse(0));
  }

  /**
   * Returns the increase between the agent's last poll and a later poll of doctor; 0 if it is
   * unknown. The agent's last poll can be before doctor's first poll, or between two polls of
   * doctor. An agent can report a run without a count. If this run has all increases since ipamD's
   * start, its amount is the agent's count.
   */
  private static double unseen(
      Optional<RecentIncrease> run, OptionalDouble before, Instant beforeAt, double count) {
    OptionalDouble known = run.map(RecentIncrease::total).orElse(OptionalDouble.empty());
    if (known.isPresent() && known.getAsDouble() <= count) {
      return count - known.getAsDouble();
    } else if (before.isEmpty()) {
      return 0;
    }
    double increase = increase(before.getAsDouble(), count);
    if (run.filter(rise -> beforeAt.isBefore(rise.last())).isEmpty()) {
      return increase;
    }
    double missing = count - run.get().amount();
    return missing >= 0 && missing <= increase ? missing : 0;
  }

  /** Increases of counters are known since this time. */
  private Optional<Instant> seenSince() {
    return agent
        .filter(AgentReport::knowsIncreases)
        .map(AgentReport::startedAt)
        .or(() -> Optional.of(polls.get(0).snapshot().takenAt()).filter(first -> showsTrend()));
  }

  /** Returns the increase of a counter. If the counter fell, ipamD restarted and counted from 0. */
  private static double increase(double before, double after) {
    return after < before ? after : after - before;
  }

  /** The release of the VPC CNI; empty if ipamD does not report it. */
  public Optional<String> cniVersion() {
    return snapshot().metrics().flatMap(IpamdMetrics::cniVersion);
  }

  /** When the last poll started. */
  Instant now() {
    return snapshot().takenAt();
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return last().snapshot();
  }
}
