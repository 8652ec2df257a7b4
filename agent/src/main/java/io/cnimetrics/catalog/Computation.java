package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** Computes a metric's value from a poll. */
public sealed interface Computation {
  /** Computes the sample of a metric; empty if the source was not read or has no value. */
  default Optional<Sample> sample(Metric metric, PollContext poll) {
    return Sample.gauge(metric, value(poll));
  }

  /** Computes the value of a gauge; empty if the value is unknown. */
  default OptionalDouble value(PollContext poll) {
    return OptionalDouble.empty();
  }

  /** The ipamD series that this computation reads. */
  default List<Series> series() {
    return List.of();
  }

  /** Whether the series are counters. The agent remembers a counter's total from poll to poll. */
  default boolean cumulative() {
    return this instanceof FromCounter || this instanceof FromSummary;
  }

  /**
   * A gauge that the agent counts from ipamD's lists. The agent uses the fallback only if a setting
   * switches introspection off. If a request to introspection fails, the gauge has no value.
   *
   * @param fallback the ipamD gauge for the same value
   * @param ipv4Only whether the gauge has no value on IPv6
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
   * The sum of all series of an ipamD gauge.
   *
   * @param labelled whether the gauge has labels. ipamD reports a series with labels only after the
   *     first change of the value. Therefore a labelled gauge without any series is 0.
   */
  record FromGauge(Series gauge, boolean labelled) implements Computation {
    @Override
    public OptionalDouble value(PollContext poll) {
      return labelled ? poll.gaugeOrZero(gauge) : poll.gauge(gauge);
    }

    @Override
    public List<Series> series() {
      return List.of(gauge);
    }
  }

  /** The sum of all series of an ipamD counter. */
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

  /** The mean of new events: the increase of the sum divided by the increase of the count. */
  record FromSummary(Series sum, Series count) implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      double events = poll.increases().of(count).orElse(0);
      double amount = poll.increases().of(sum).orElse(Double.NaN);
      OptionalDouble mean = OptionalDouble.of(amount / events);
      return events >= 1 ? Sample.mean(metric, mean, events) : Optional.empty();
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

  /** The number of ipamD restarts that this agent observed. */
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

  /** The number of agent starts. No poll computes this number. The agent adds 1 when it starts. */
  record AgentStart() implements Computation {}

  /**
   * A metric that describes a subnet instead of the node. The value comes from EC2, not from a
   * poll. The datums have the additional dimension {@code SubnetId}.
   */
  record OfSubnet() implements Computation {}
}
