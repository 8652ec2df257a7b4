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
 * Finds the cause of an alert in the polls of this node. If the doctor can report the same cause,
 * the text is the same too.
 */
final class AlertCause {
  /** One counter counts the errors for a missing address and for a missing /28 prefix. */
  private static final String NO_ADDRESS_OR_PREFIX = Cause.NO_ADDRESS_IN_SUBNET.text() + " or /28";

  /** The counter of EC2's errors for each cause. The most serious cause is first. */
  private static final List<Map.Entry<Series, Cause>> OF_EC2 =
      List.of(
          Map.entry(MetricCatalog.AWS_API_DENIED_ERR.onlySeries(), Cause.EC2_DENIES),
          Map.entry(MetricCatalog.AWS_API_NO_ADDRESS_ERR.onlySeries(), Cause.NO_ADDRESS_IN_SUBNET),
          Map.entry(MetricCatalog.AWS_API_THROTTLE_ERR.onlySeries(), Cause.EC2_THROTTLES));

  /**
   * How long an error of EC2 is a possible cause. If a subnet is empty, ipamD sends its next
   * request to EC2 two minutes later.
   */
  private static final Duration STILL_TRUE = Duration.ofMinutes(5);

  /** The method that finds the cause, for the name of each metric. */
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
   * @param before the causes at the previous poll; empty at the first poll
   */
  AlertCause(NodeSnapshot snapshot, PollSamples reading, Optional<AlertCause> before) {
    this.snapshot = snapshot;
    this.capacity = reading.capacity();
    before.ifPresent(causes -> roseAt.putAll(causes.roseAt));
    for (Series counter : reading.rose().keySet()) {
      roseAt.put(counter, snapshot.takenAt());
    }
  }

  /** The snapshot of the last poll. */
  NodeSnapshot snapshot() {
    return snapshot;
  }

  /** The most likely cause of an alert of this metric; empty if the polls show no cause. */
  Optional<String> of(String metric) {
    return FINDERS.getOrDefault(metric, causes -> Optional.empty()).apply(this);
  }

  /** Ignores the reasons MISMATCH and DEGRADED, because ipamD answered in both cases. */
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
        .map(most -> "pods hold " + assigned() + " addresses of at most " + most.explanation());
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
