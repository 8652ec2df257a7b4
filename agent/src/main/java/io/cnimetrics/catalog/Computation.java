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
    return Sample.gauge(metric, value(poll));
  }

  /** The value of a gauge. */
  default OptionalDouble value(PollContext poll) {
    return OptionalDouble.empty();
  }

  /** The ipamD series that this computation reads. */
  default List<Series> series() {
    return List.of();
  }

  /** Whether those series are counters, whose totals must be remembered from poll to poll. */
  default boolean cumulative() {
    return this instanceof FromCounter || this instanceof FromSummary;
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
    public OptionalDouble value(PollContext poll) {
      if (ipv4Only && poll.ipv6()) {
        return OptionalDouble.empty();
      }
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
    public OptionalDouble value(PollContext poll) {
      return labelled ? poll.increases().total(gauge) : poll.gauge(gauge);
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
  }

  /** A mean from two counters: increase of the sum over increase of the count. */
  record FromSummary(Series sum, Series count) implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      double events = poll.increases().of(count).orElse(0);
      double amount = poll.increases().of(sum).orElse(Double.NaN);
      OptionalDouble mean = OptionalDouble.of(amount / events);
      return events > 0 ? Sample.mean(metric, mean, events) : Optional.empty();
    }

    @Override
    public List<Series> series() {
      return List.of(sum, count);
    }
  }

  /** A gauge that the agent computes from the whole poll. */
  record Derived(Function<PollContext, OptionalDouble> function, List<Series> series)
      implements Computation {
    @Override
    public OptionalDouble value(PollContext poll) {
      return function.apply(poll);
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
      OptionalDouble increase =
          poll.increases().restarted().stream().mapToDouble(is -> is ? 1 : 0).findFirst();
      return Sample.counter(metric, increase, total);
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
