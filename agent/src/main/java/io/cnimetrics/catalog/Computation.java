package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** How a metric's value comes out of a poll. */
public sealed interface Computation {
  /** What the poll says of the metric; none if the source failed or does not tell. */
  Optional<Sample> sample(Metric metric, PollContext poll);

  /** ipamD's series that are read for it. */
  List<Series> series();

  /** Whether those series are counters, whose totals must be remembered from poll to poll. */
  default boolean cumulative() {
    return false;
  }

  /**
   * A gauge counted from ipamD's lists. Where introspection is switched off, and only there, a
   * gauge of ipamD's stands in.
   *
   * @param ipv4Only whether it means nothing on IPv6
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
   * A gauge of ipamD's, summed over its series.
   *
   * @param labelled whether it has labels: a series of it then appears only with its first change,
   *     so that none at all means 0
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

  /** A counter of ipamD's, summed over its series. */
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

  /** A mean out of two counters: increase of the sum over increase of the count. */
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

  /** A gauge of our own, derived from all that the poll knows. */
  record Derived(Function<PollContext, OptionalDouble> value, List<Series> series)
      implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Sample.gauge(metric, value.apply(poll));
    }
  }

  /** The counter of ipamD's restarts that this agent saw. */
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

    @Override
    public List<Series> series() {
      return List.of();
    }
  }

  /** Not seen by any poll: the agent itself counts it when it starts. */
  record AgentStart() implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Optional.empty();
    }

    @Override
    public List<Series> series() {
      return List.of();
    }
  }

  /**
   * Not of the node, and seen by no poll: EC2 tells it of a subnet, under a dimension of its own.
   */
  record OfSubnet() implements Computation {
    @Override
    public Optional<Sample> sample(Metric metric, PollContext poll) {
      return Optional.empty();
    }

    @Override
    public List<Series> series() {
      return List.of();
    }
  }
}
