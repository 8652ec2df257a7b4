package io.cnimetrics.catalog;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;

/**
 * The input from which the values of one poll are computed.
 *
 * @param history the state that the agent remembers after this poll
 * @param judgesIpamd whether this poll decides if ipamD is up or down
 */
record PollContext(
    NodeSnapshot snapshot,
    NodeCapacity capacity,
    CounterIncreases increases,
    SamplerState history,
    boolean judgesIpamd) {
  boolean ipv6() {
    return capacity.mode() == AddressMode.IPV6;
  }

  /** A number counted from ipamD's lists; empty if the lists could not be read. */
  OptionalDouble count(ToLongFunction<AddressPool> count) {
    return snapshot.pool().stream().mapToDouble(count::applyAsLong).findFirst();
  }

  OptionalDouble gauge(Series series) {
    return gauge(snapshot.metrics(), series);
  }

  OptionalDouble gaugeOrZero(Series series) {
    return snapshot.metrics().map(read -> read.gaugeOrZero(series)).orElse(OptionalDouble.empty());
  }

  static OptionalDouble gauge(Optional<IpamdMetrics> metrics, Series series) {
    return metrics.map(read -> read.gauge(series)).orElse(OptionalDouble.empty());
  }

  /** The minute of a time, in minutes since 1970. */
  static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60);
  }
}
