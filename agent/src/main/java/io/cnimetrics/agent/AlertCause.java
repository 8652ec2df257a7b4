package io.cnimetrics.agent;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The cause of each kind of trouble, in the doctor's words where the doctor reports it too. Empty
 * if the node's own polls do not show a cause.
 */
final class AlertCause {
  /** One counter counts the errors of both causes. */
  private static final String NO_ADDRESS_OR_PREFIX = Cause.NO_ADDRESS_IN_SUBNET.text() + " or /28";

  /** The counter that rises with EC2's errors of each cause; the most serious first. */
  private static final List<Map.Entry<Series, Cause>> OF_EC2 =
      List.of(
          Map.entry(MetricCatalog.AWS_API_DENIED_ERR.onlySeries(), Cause.EC2_DENIES),
          Map.entry(MetricCatalog.AWS_API_NO_ADDRESS_ERR.onlySeries(), Cause.NO_ADDRESS_IN_SUBNET),
          Map.entry(MetricCatalog.AWS_API_THROTTLE_ERR.onlySeries(), Cause.EC2_THROTTLES));

  /** After an error for an empty subnet ipamD asks EC2 again only after two minutes. */
  private static final Duration STILL_TRUE = Duration.ofMinutes(5);

  /** How to find the cause, by the metric's name. */
  private static final Map<String, Function<AlertCause, Optional<String>>> FINDERS =
      Map.of(
          MetricCatalog.IPAMD_DOWN_MINUTES.name(), AlertCause::unread,
          MetricCatalog.NO_ADDRESS_MINUTES.name(), AlertCause::ofRefusedPods,
          MetricCatalog.NODE_IP_UTILIZATION.name(), AlertCause::held,
          MetricCatalog.WARM_POOL_EMPTY_MINUTES.name(), AlertCause::ofEc2,
          MetricCatalog.IPAMD_ERR.name(), AlertCause::ofEc2,
          MetricCatalog.AWS_API_ERR.name(), AlertCause::ofEc2,
          MetricCatalog.AWS_UTIL_ERR.name(), AlertCause::ofEc2,
          MetricCatalog.EC2_API_ERR_COUNT.name(), AlertCause::ofEc2);

  private final Map<Series, Instant> roseAt = new HashMap<>();
  private final NodeSnapshot snapshot;
  private final NodeCapacity capacity;

  /**
   * @param before the causes of the previous poll; empty for the first
   */
  AlertCause(NodeSnapshot snapshot, PollSamples reading, Optional<AlertCause> before) {
    this.snapshot = snapshot;
    this.capacity = reading.capacity();
    before.ifPresent(causes -> roseAt.putAll(causes.roseAt));
    for (Series counter : reading.rose()) {
      roseAt.put(counter, snapshot.takenAt());
    }
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return snapshot;
  }

  /** The most likely cause of trouble with this metric. */
  Optional<String> of(String metric) {
    return FINDERS.getOrDefault(metric, causes -> Optional.empty()).apply(this);
  }

  /** Leaves out MISMATCH and DEGRADED: ipamD answers in both cases. */
  private Optional<String> unread() {
    Source source = snapshot.introspectionOff() ? Source.METRICS : Source.INTROSPECTION;
    return snapshot.problems().stream()
        .filter(problem -> problem.source() == source)
        .filter(problem -> !List.of(Reason.MISMATCH, Reason.DEGRADED).contains(problem.reason()))
        .map(Problem::brief)
        .findFirst();
  }

  private Optional<String> ofRefusedPods() {
    return full().or(this::ofEc2).or(this::ofPool);
  }

  private Optional<String> full() {
    return capacity
        .effectiveMaximum()
        .filter(most -> assigned() >= most.addresses())
        .flatMap(most -> held())
        .map("the node is full: "::concat);
  }

  private Optional<String> held() {
    return capacity
        .effectiveMaximum()
        .filter(most -> snapshot.pool().isPresent())
        .map(most -> "pods hold " + assigned() + " of " + most.explanation());
  }

  private long assigned() {
    return snapshot.pool().map(AddressPool::assigned).orElse(0L);
  }

  private Optional<String> ofEc2() {
    boolean prefixes = capacity.mode() == AddressMode.PREFIX;
    Instant recent = snapshot.takenAt().minus(STILL_TRUE);
    return OF_EC2.stream()
        .filter(error -> roseAt.getOrDefault(error.getKey(), Instant.MIN).isAfter(recent))
        .map(Map.Entry::getValue)
        .findFirst()
        .map(
            cause ->
                cause == Cause.NO_ADDRESS_IN_SUBNET && prefixes
                    ? NO_ADDRESS_OR_PREFIX
                    : cause.text());
  }

  private Optional<String> ofPool() {
    return snapshot
        .pool()
        .filter(pool -> !pool.ipv6() && pool.available(capacity.mode()) == 0)
        .map(pool -> pool.cooling() > 0 ? Cause.COOLDOWN : Cause.WARM_POOL_EMPTY)
        .map(Cause::text);
  }
}
