package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** How a metric's value is computed from a poll. */
public sealed interface Computation {
  /** The value of the metric in this poll; empty if the source failed or lacks it. */
  default Optional<Sample> sample(Metric metric, PollContext poll) {
    return Optional.empty();
  }

  /** The ipamD series that this computation reads. */
  default List<Series> series() {
    return List.of();
  }

  /** Whether those series are counters, whose totals must be remembered from poll to poll. */
  default boolean cumulative() {
    return false;
  }

  /**
   * A gauge counted from ipamD's lists. Only where introspection is switched off, an ipamD gauge
   * replaces it.
   *
   * @param ipv4Only whether the gauge is left out on IPv6
   */
  record FromLists(ToLongFunction<AddressPool> count, Series fallback, boolean ipv4Only)
      implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return ipv4Only && poll.ipv6() ? Optional.empty() : Sample.gauge(metric, value(poll));
    }

    OptionalDouble value(PollContext poll) {
      return poll.snapshot().introspectionOff() ? poll.gauge(fallback) : poll.count(count);
    }

    @Override
    public List<Series> series() {
      return List.of(fallback);
    }
  }

  /**
   * An ipamD gauge, summed over its series.
   *
   * @param labelled whether the gauge has labels: its series then appear only at their first
   *     change, so no series means 0
   */
  record FromGauge(Series gauge, boolean labelled) implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Sample.gauge(metric, labelled ? poll.total(gauge) : poll.gauge(gauge));
    }

    @Override
    public List<Series> series() {
      return List.of(gauge);
    }
  }

  /** An ipamD counter, summed over its series. */
  record FromCounter(Series counter) implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Sample.counter(metric, poll.increases().of(counter), poll.increases().total(counter));
    }

    @Override
    public List<Series> series() {
      return List.of(counter);
    }

    @Override
    public boolean cumulative() {
      return true;
    }
  }

  /** A mean from two counters: increase of the sum over increase of the count. */
  record FromSummary(Series sum, Series count) implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      OptionalDouble events = poll.increases().of(count);
      OptionalDouble amount = poll.increases().of(sum);
      return events.orElse(0) > 0 && amount.isPresent()
          ? Sample.mean(
              metric,
              OptionalDouble.of(amount.getAsDouble() / events.getAsDouble()),
              events.getAsDouble())
          : Optional.empty();
    }

    @Override
    public List<Series> series() {
      return List.of(sum, count);
    }

    @Override
    public boolean cumulative() {
      return true;
    }
  }

  /** A gauge that the agent computes from the whole poll. */
  record Derived(Function<PollContext, OptionalDouble> value, List<Series> series)
      implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Sample.gauge(metric, value.apply(poll));
    }
  }

  /** The number of ipamD restarts that this agent saw. */
  record Restarts() implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      if (poll.snapshot().metrics().isEmpty()) {
        return Optional.empty();
      }
      OptionalDouble total = OptionalDouble.of((double) poll.history().restarts());
      return poll.increases()
          .restarted()
          .map(restarted -> Sample.counter(metric, OptionalDouble.of(restarted ? 1 : 0), total))
          .orElseGet(() -> Sample.counter(metric, OptionalDouble.empty(), total));
    }
  }

  /** Not part of any poll: the agent counts it once when it starts. */
  record AgentStart() implements Computation {}

  /**
   * A metric of a subnet, not of the node, and not part of any poll: EC2 reports it. It has a
   * dimension of its own.
   */
  record OfSubnet() implements Computation {}
}
