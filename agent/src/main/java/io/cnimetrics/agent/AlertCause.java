package io.cnimetrics.agent;

import io.cnimetrics.agent.IncreaseHistory.ErrorRun;
import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.health.AgentStatus.Reads;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds the cause of an alert in the polls of this node. The doctor describes the same cause with
 * the same text. Errors are a cause only if their counter rose in the last minutes.
 *
 * @param snapshot the last poll
 * @param pods the kubelet's limit of pods; empty if the agent only assumes a limit
 * @param changingSince when ipamD's present change of the pool was first seen; empty if the last
 *     poll shows no change
 */
record AlertCause(
    NodeSnapshot snapshot,
    NodeCapacity capacity,
    Optional<PodLimits> pods,
    IncreaseHistory increases,
    Optional<Instant> changingSince) {
  private static final String OTHER_CODES = "AWS returns errors to ipamD";
  private static final String FUNCTIONS = "ipamD counts errors";

  private static final Found CRASH_LOOP =
      new Found("ipamD restarts again and again", "ipamd-restarts");

  /**
   * ipamD adds an ENI in less than this time if EC2 answers. Not 50 s, because six polls with an
   * interval of 10 s can take a few milliseconds less.
   */
  private static final Duration LONG_CHANGE = Duration.ofSeconds(49);

  private static final Set<Cause> OF_SUBNET =
      EnumSet.of(Cause.NO_PREFIX_IN_SUBNET, Cause.NO_ADDRESS_IN_SUBNET);

  /** The largest number of calls and codes that the text of a cause names. */
  private static final int MOST_NAMED = 2;

  /** Maps the name of a metric to the method that finds the cause of the metric's alert. */
  private static final Map<String, Function<AlertCause, Optional<Found>>> FINDERS =
      Map.of(
          MetricCatalog.IPAMD_DOWN_MINUTES.name(), AlertCause::unread,
          MetricCatalog.IPAMD_RECENT_RESTARTS.name(), causes -> Optional.of(CRASH_LOOP),
          MetricCatalog.NO_ADDRESS_MINUTES.name(), AlertCause::ofRefusedPods,
          MetricCatalog.NO_AVAILABLE_IP_ADDRS.name(), AlertCause::ofRefusedPods,
          MetricCatalog.NODE_IP_UTILIZATION.name(), AlertCause::held,
          MetricCatalog.WARM_POOL_EMPTY_MINUTES.name(), AlertCause::ofEmptyPool,
          MetricCatalog.IPAMD_ERR.name(), AlertCause::ofIpamd,
          MetricCatalog.AWS_API_ERR.name(), AlertCause::ofAws,
          MetricCatalog.AWS_UTIL_ERR.name(), AlertCause::ofAws,
          MetricCatalog.EC2_API_ERR_COUNT.name(), AlertCause::ofEc2);

  /**
   * A cause.
   *
   * @param text one clause with the observed numbers
   * @param finding the id of the doctor's finding
   */
  record Found(String text, String finding) {}

  /** The most likely cause of an alert of this metric; empty if the polls show no cause. */
  Optional<Found> of(String metric) {
    return FINDERS.getOrDefault(metric, causes -> Optional.empty()).apply(this);
  }

  /** Why ipamD could not be read. MISMATCH and DEGRADED are problems of successful reads. */
  private Optional<Found> unread() {
    Source source = snapshot.introspectionOff() ? Source.METRICS : Source.INTROSPECTION;
    return snapshot.problems().stream()
        .filter(problem -> problem.source() == source)
        .filter(problem -> !List.of(Reason.MISMATCH, Reason.DEGRADED).contains(problem.reason()))
        .map(Problem::brief)
        .map(brief -> new Found(brief, source.label()))
        .findFirst();
  }

  /**
   * If ipamD refused no request, errors of instance metadata are the first possible cause.
   * Otherwise leaked addresses and a full node come before them.
   */
  private Optional<Found> ofRefusedPods() {
    boolean refused =
        increases.isRising(MetricCatalog.NO_AVAILABLE_IP_ADDRS.onlySeries(), snapshot.takenAt());
    Optional<Found> metadata = ofErrors(rising(IpamdError::isOfPod));
    return metadata
        .filter(any -> !refused)
        .or(this::leaked)
        .or(this::full)
        .or(() -> metadata)
        .or(this::ofEc2)
        .or(() -> ofFunctions(IpamdError::isOfGrowth))
        .or(this::ofSubnetBefore)
        .or(this::ofPool);
  }

  private Optional<Found> leaked() {
    long held = capacity.cards().stream().mapToLong(CardCapacity::assigned).max().orElse(0);
    return pods.filter(limits -> held > limits.mostWithAddress())
        .map(
            limits ->
                found(
                    Cause.LEAKED,
                    "pods hold %d addresses, and the kubelet admits %d pods"
                        .formatted(held, limits.maxPods())));
  }

  private Optional<Found> full() {
    return capacity.cards().stream()
        .filter(CardCapacity::isFull)
        .findFirst()
        .map(card -> found(Cause.NODE_FULL, held(card)));
  }

  private Optional<Found> held() {
    return leaked()
        .or(
            () ->
                capacity
                    .fullest()
                    .filter(card -> card.pool().isPresent())
                    .map(card -> new Found(held(card), Cause.NODE_FULL.finding())));
  }

  /** Names the network card if the node has several, because each card then has its own maximum. */
  private String held(CardCapacity card) {
    String place =
        capacity.cards().size() > 1 ? " on network card %d".formatted(card.networkCard()) : "";
    return "pods hold %d addresses%s of at most %s"
        .formatted(card.assigned(), place, card.maximum().orElseThrow().explanation());
  }

  private Optional<Found> ofEmptyPool() {
    return ofEc2()
        .or(() -> ofFunctions(IpamdError::isOfGrowth))
        .or(this::ofSubnetBefore)
        .or(
            () ->
                ofPool().filter(found -> !found.finding().equals(Cause.WARM_POOL_EMPTY.finding())));
  }

  /**
   * Finds an empty subnet by an error that ipamD counted before the agent's first read. After such
   * an error ipamD calls EC2 again only after two minutes. Until then no counter rises, although
   * the pool stays empty.
   */
  private Optional<Found> ofSubnetBefore() {
    Optional<Instant> first =
        increases
            .reads()
            .map(Reads::first)
            .filter(at -> RecentIncrease.isPresent(at, snapshot.takenAt()));
    if (first.isEmpty() || ofPool().isEmpty()) {
      return Optional.empty();
    }
    String before = RecentIncrease.time(first.get(), snapshot.takenAt());
    return snapshot.metrics().stream()
        .flatMap(metrics -> metrics.errors().entrySet().stream())
        .filter(error -> cause(error.getKey()).filter(OF_SUBNET::contains).isPresent())
        .min(
            Comparator.comparing(
                    (Map.Entry<IpamdError, Double> error) -> cause(error.getKey()).orElseThrow())
                .thenComparing(error -> error.getKey().key()))
        .map(
            error ->
                found(
                    cause(error.getKey()).orElseThrow(),
                    "%s, %.0f before %s".formatted(error.getKey(), error.getValue(), before)));
  }

  private Optional<Found> ofIpamd() {
    return ofAws()
        .or(() -> ofFunctions(error -> error.family().equals(IpamdError.FUNCTION_ERRORS)));
  }

  private Optional<Found> ofFunctions(Predicate<IpamdError> which) {
    List<ErrorRun> functions = increases.risingErrors(which, snapshot.takenAt());
    return functions.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(FUNCTIONS + ": " + named(functions), "ipamd-errors"));
  }

  private Optional<Found> ofAws() {
    return ofErrors(rising(IpamdError::isOfPod)).or(() -> ofErrors(rising(error -> true)));
  }

  private Optional<Found> ofEc2() {
    return ofErrors(rising(error -> !error.isOfMetadata())).or(this::withoutAnswer);
  }

  /** Since release 1.19.4, ipamD counts an error code only if EC2 answered. */
  private Optional<Found> withoutAnswer() {
    return increases.isRising(MetricCatalog.EC2_API_ERR_COUNT.onlySeries(), snapshot.takenAt())
        ? Optional.of(found(Cause.UNREACHABLE, "calls to EC2 fail without an error code"))
        : Optional.empty();
  }

  private List<ErrorRun> rising(Predicate<IpamdError> kinds) {
    return increases.risingErrors(
        error ->
            error.family().equals(IpamdError.API_ERRORS)
                && !error.isHarmless()
                && kinds.test(error),
        snapshot.takenAt());
  }

  /** The most serious cause of the errors, with the calls and codes of this cause. */
  private Optional<Found> ofErrors(List<ErrorRun> errors) {
    Predicate<ErrorRun> needed = run -> !run.error().isOptional();
    return errors.stream()
        .filter(needed.or(run -> errors.stream().noneMatch(needed)))
        .map(run -> cause(run.error()))
        .min(Comparator.comparing(cause -> cause.map(Cause::ordinal).orElse(Integer.MAX_VALUE)))
        .map(
            cause -> {
              String named =
                  named(errors.stream().filter(run -> cause(run.error()).equals(cause)).toList());
              return cause
                  .map(known -> found(known, named))
                  .orElseGet(() -> new Found(OTHER_CODES + ": " + named, "ec2-other"));
            });
  }

  private static Optional<Cause> cause(IpamdError error) {
    return error.isOfMetadata() ? Optional.of(Cause.METADATA_AWAY) : Cause.ofCode(error.code());
  }

  private static Found found(Cause cause, String evidence) {
    return new Found(cause.text() + ": " + evidence, cause.finding());
  }

  /** Errors such as {@code CreateNetworkInterface UnauthorizedOperation, 3 since 10:03 UTC}. */
  private String named(List<ErrorRun> errors) {
    int more = errors.size() - MOST_NAMED;
    return errors.stream().limit(MOST_NAMED).map(this::named).collect(Collectors.joining(", "))
        + (more > 0 ? ", and %d other kind%s".formatted(more, more == 1 ? "" : "s") : "");
  }

  private String named(ErrorRun run) {
    RecentIncrease increases = run.increases();
    return "%s, %.0f since %s"
        .formatted(
            run.error(),
            increases.amount(),
            RecentIncrease.time(increases.since(), snapshot.takenAt()));
  }

  private Optional<Found> ofPool() {
    return snapshot
        .pool()
        .filter(pool -> !pool.ipv6() && capacity.available() == 0)
        .map(pool -> pool.cooling() > 0 ? Cause.COOLDOWN : ofGrowth())
        .map(cause -> new Found(cause.text(), cause.finding()));
  }

  /**
   * The cause if the pool has no free or cooling address: a stuck change, or else the empty pool. A
   * change that takes long is not stuck while ipamD calls EC2, because releases before 1.19.4
   * repeat a throttled call for minutes before they count an error.
   */
  private Cause ofGrowth() {
    boolean calls =
        increases.isRising(MetricCatalog.EC2_API_REQ_COUNT.onlySeries(), snapshot.takenAt());
    return changingSince
        .filter(since -> !calls && !since.plus(LONG_CHANGE).isAfter(snapshot.takenAt()))
        .map(since -> Cause.STUCK_ACTION)
        .orElse(Cause.WARM_POOL_EMPTY);
  }
}
