package io.cnimetrics.agent;

import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.catalog.Reading;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What brings each kind of trouble about, as far as the node's own polls tell, in the words of the
 * doctor's findings; nothing where they do not tell.
 */
final class Causes {
  private static final String NO_ADDRESS = "the subnet has no free address";
  private static final String NO_PREFIX = "the subnet has no free /28";

  /** What EC2 answers in place of addresses, by the counter that rises with it; the worst first. */
  private static final List<Map.Entry<String, String>> OF_EC2 =
      List.of(
          Map.entry("awsAPIDeniedErr", "EC2 denies ipamD what it needs"),
          Map.entry("awsAPINoAddressErr", NO_ADDRESS),
          Map.entry("awsAPIThrottleErr", "EC2 throttles ipamD"));

  /** Once a subnet is empty ipamD does not ask for two minutes, while it refuses pods. */
  private static final Duration STILL_TRUE = Duration.ofMinutes(5);

  private final Map<String, Instant> roseAt = new HashMap<>();
  private final NodeSnapshot snapshot;
  private final Reading reading;

  /**
   * @param before by the poll before, or empty
   */
  Causes(NodeSnapshot snapshot, Reading reading, Optional<Causes> before) {
    this.snapshot = snapshot;
    this.reading = reading;
    before.ifPresent(causes -> roseAt.putAll(causes.roseAt));
    for (Sample sample : reading.samples()) {
      if (sample.total().isPresent() && sample.value().orElse(0) > 0) {
        roseAt.put(sample.metric().name(), snapshot.takenAt());
      }
    }
  }

  /** The one cause of a trouble with this metric that explains it best. */
  Optional<String> of(String metric) {
    return switch (metric) {
      case "ipamdDownMinutes" -> unread();
      case "noAddressMinutes" -> full().or(this::ofEc2).or(this::ofPool);
      case "warmPoolEmptyMinutes" -> ofEc2();
      case "nodeIPUtilization" -> reading.capacity().effectiveMaximum().flatMap(this::held);
      case "ipamdErr", "awsAPIErr", "awsUtilErr", "ec2ApiErrCount" -> ofEc2();
      default -> Optional.empty();
    };
  }

  /** Not what ipamD says against itself, nor what is by setting: it is up all the same. */
  private Optional<String> unread() {
    Source source = snapshot.introspectionOff() ? Source.METRICS : Source.INTROSPECTION;
    return snapshot.problems().stream()
        .filter(problem -> problem.source() == source)
        .filter(problem -> !List.of(Reason.MISMATCH, Reason.DEGRADED).contains(problem.reason()))
        .map(Problem::brief)
        .findFirst();
  }

  private Optional<String> full() {
    return reading
        .capacity()
        .effectiveMaximum()
        .filter(most -> held() >= most.addresses())
        .flatMap(this::held)
        .map("the node is full: "::concat);
  }

  private Optional<String> held(EffectiveMaximum most) {
    return snapshot.pool().map(pool -> "pods hold " + held() + " of " + most.explanation());
  }

  private long held() {
    return snapshot.pool().map(AddressPool::assigned).orElse(0L);
  }

  private Optional<String> ofEc2() {
    boolean prefixes = reading.capacity().mode() == AddressMode.PREFIX;
    Instant recent = snapshot.takenAt().minus(STILL_TRUE);
    return OF_EC2.stream()
        .filter(answer -> roseAt.getOrDefault(answer.getKey(), Instant.MIN).isAfter(recent))
        .map(Map.Entry::getValue)
        .findFirst()
        .map(words -> words.equals(NO_ADDRESS) && prefixes ? NO_PREFIX : words);
  }

  private Optional<String> ofPool() {
    return snapshot
        .pool()
        .filter(pool -> !pool.ipv6() && pool.available(reading.capacity().mode()) == 0)
        .map(
            pool ->
                pool.cooling() > 0
                    ? "pods wait for addresses to cool down"
                    : "the warm pool is empty");
  }
}
