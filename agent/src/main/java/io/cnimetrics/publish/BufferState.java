package io.cnimetrics.publish;

import io.cnimetrics.catalog.CounterTotals;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.MinuteAggregation;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.catalog.Streak;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The state of the buffer without the pending minutes. A restarted agent continues from this state.
 * Each change creates a new object. Therefore the disk never has a half-changed state.
 *
 * @param instanceId the id of the EC2 instance, or empty if the id is not known
 * @param lastMinute the start of the last closed minute. This minute and all earlier minutes
 *     receive no more samples
 * @param open the minute to which polls add samples, if a minute is open
 * @param carried samples that count events and were read after their minute was closed. The next
 *     open minute starts with these samples
 * @param starts the times at which the counters started at 0
 */
record BufferState(
    String instanceId,
    Destination destination,
    SamplerState history,
    Instant lastMinute,
    Optional<OpenMinute> open,
    List<Sample> carried,
    Starts starts) {
  /** If a minute is further in the future than this limit, the clock was wrong. */
  static final Duration MOST_AHEAD = Duration.ofMinutes(Streak.MOST_MINUTES_AHEAD);

  /**
   * The samples of the current minute, combined into one sample for each metric.
   *
   * @param minute the start of the minute
   * @param at when the last poll of the minute started
   * @param earlier the metrics without a value in the last poll, each with the start of the last
   *     poll that returned a value
   * @param samples one sample of each metric that has a value, in the order in which the metrics
   *     appeared
   */
  record OpenMinute(
      Instant minute, Instant at, Map<String, Instant> earlier, List<Sample> samples) {
    /** The minute of a poll. */
    OpenMinute(Instant at, List<Sample> samples) {
      this(at.truncatedTo(ChronoUnit.MINUTES), at, Map.of(), samples);
    }

    OpenMinute and(Instant pollAt, List<Sample> later) {
      Map<String, Instant> missing = new LinkedHashMap<>();
      samples.forEach(sample -> missing.put(sample.metric().name(), at));
      missing.putAll(earlier);
      later.stream()
          .filter(sample -> sample.value().isPresent())
          .forEach(sample -> missing.remove(sample.metric().name()));
      return new OpenMinute(minute, pollAt, missing, combined(samples, later));
    }

    /** This minute with additional samples, which were read before its own samples. */
    OpenMinute after(List<Sample> before) {
      return new OpenMinute(minute, at, earlier, combined(before, samples));
    }

    /** This minute with only the samples of some metrics. */
    OpenMinute only(Predicate<Metric> wanted) {
      return new OpenMinute(
          minute,
          at,
          earlier,
          samples.stream().filter(sample -> wanted.test(sample.metric())).toList());
    }

    List<MinuteValue> values() {
      return values(Sample::value);
    }

    /**
     * Like {@link #values}, but with the total of each counter instead of its increase. The keys
     * are the starts of the polls that returned the values.
     */
    Map<Instant, List<MinuteValue>> totals() {
      return values(
              sample ->
                  sample.metric().kind() == Metric.Kind.COUNTER ? sample.total() : sample.value())
          .stream()
          .collect(
              Collectors.groupingBy(
                  value -> earlier.getOrDefault(value.metric(), at),
                  TreeMap::new,
                  Collectors.toList()));
    }

    private List<MinuteValue> values(Function<Sample, OptionalDouble> number) {
      List<MinuteValue> values = new ArrayList<>();
      for (Sample sample : samples) {
        Metric metric = sample.metric();
        number
            .apply(sample)
            .ifPresent(value -> values.add(new MinuteValue(metric.name(), metric.unit(), value)));
      }
      return values;
    }
  }

  /**
   * The times at which the counters started at 0.
   *
   * @param agent when the agent began to count; a restarted agent keeps this time
   * @param ipamd when ipamD started; empty before ipamD's metrics were read
   */
  record Starts(Instant agent, Optional<Instant> ipamd) {
    Starts {
      // The journal stores milliseconds. A restart of the agent must not change these times.
      agent = agent.truncatedTo(ChronoUnit.MILLIS);
      ipamd = ipamd.map(start -> start.truncatedTo(ChronoUnit.MILLIS));
    }

    /** When the metric's counter started at 0; empty if the metric is a gauge. */
    Optional<Instant> of(String metric) {
      return MetricCatalog.named(metric)
          .filter(known -> known.kind() == Metric.Kind.COUNTER)
          .map(known -> known.series().isEmpty() ? agent : ipamd.orElse(agent));
    }

    /** Returns the times after a poll. The time of ipamD changes only if ipamD restarted. */
    Starts after(Instant at, PollSamples reading, SamplerState before) {
      Optional<CounterTotals> totals = reading.history().totals();
      if (totals.isEmpty()
          || (ipamd.isPresent() && reading.history().restarts() == before.restarts())) {
        return this;
      }
      OptionalDouble seconds = totals.get().processStartSeconds();
      Instant known =
          seconds.isPresent() ? Instant.ofEpochMilli((long) (seconds.getAsDouble() * 1000)) : at;
      // A start in the future comes from a wrong clock. Receivers refuse such a start.
      return new Starts(agent, Optional.of(known.isAfter(at) ? at : known));
    }
  }

  /** The state of a restarted agent, which continues from this state. */
  BufferState restarted() {
    return new BufferState(
        instanceId, destination, history.restarted(), lastMinute, open, carried, starts);
  }

  /**
   * The state of an agent that starts without an earlier state.
   *
   * @param started the minute of the agent's start. No datums are sent for this minute, because the
   *     agent did not poll during the whole minute
   */
  static BufferState initial(String instanceId, Destination destination, Instant started) {
    return new BufferState(
        instanceId,
        destination,
        SamplerState.NONE,
        started,
        Optional.empty(),
        List.of(),
        new Starts(started, Optional.empty()));
  }

  /**
   * Returns the state after a poll.
   *
   * @param at when the poll started. If a minute is open, it must be the minute of this poll
   */
  BufferState polled(Instant at, PollSamples reading) {
    Instant minute = at.truncatedTo(ChronoUnit.MINUTES);
    Starts next = starts.after(at, reading, history);
    BufferState read =
        new BufferState(
            instanceId, destination, reading.history(), lastMinute, open, carried, next);
    boolean clockWasAhead = lastMinute.minus(MOST_AHEAD).isAfter(minute);
    if (!minute.isAfter(lastMinute) && !clockWasAhead) {
      List<Sample> late =
          combined(carried, reading.samples()).stream().filter(BufferState::isEvent).toList();
      return read.with(lastMinute, open, late);
    }
    OpenMinute minuteSoFar = open.orElseGet(() -> new OpenMinute(at, carried));
    return read.with(
        clockWasAhead ? minute.minusSeconds(60) : lastMinute,
        Optional.of(minuteSoFar.and(at, reading.samples())),
        List.of());
  }

  private BufferState with(Instant last, Optional<OpenMinute> minute, List<Sample> late) {
    return new BufferState(instanceId, destination, history, last, minute, late, starts);
  }

  /** Adds the events of a dropped minute to the open minute or, if none is open, to the next. */
  BufferState counting(List<MinuteValue> dropped) {
    List<Sample> events = new ArrayList<>();
    for (MinuteValue value : dropped) {
      MetricCatalog.named(value.metric())
          .map(
              metric ->
                  new Sample(metric, OptionalDouble.of(value.value()), OptionalDouble.empty()))
          .filter(BufferState::isEvent)
          .ifPresent(events::add);
    }
    return open.isEmpty()
        ? with(lastMinute, open, combined(events, carried))
        : with(lastMinute, open.map(minute -> minute.after(events)), carried);
  }

  /** Whether a sample counts events. After the end of a minute, only such samples are kept. */
  private static boolean isEvent(Sample sample) {
    return sample.metric().within() == MinuteAggregation.SUM;
  }

  private static List<Sample> combined(List<Sample> earlier, List<Sample> later) {
    Map<String, Sample> byMetric = new LinkedHashMap<>();
    Stream.concat(earlier.stream(), later.stream())
        .filter(sample -> sample.value().isPresent())
        .forEach(sample -> byMetric.merge(sample.metric().name(), sample, Sample::and));
    return List.copyOf(byMetric.values());
  }

  /** Returns the state after the open minute, if there is one, is closed. */
  BufferState closed() {
    return with(open.map(OpenMinute::minute).orElse(lastMinute), Optional.empty(), carried);
  }

  BufferState to(String instance, Destination another) {
    return new BufferState(instance, another, history, lastMinute, open, carried, starts);
  }
}
