package io.cnimetrics.publish;

import io.cnimetrics.catalog.Metric.MinuteAggregation;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.catalog.Streak;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The state that a restarted agent continues from, beside the pending minutes. Each transition
 * makes a new one, so that it is written to disk as a whole.
 *
 * @param instanceId the EC2 instance; empty if it is not known
 * @param lastMinute the start of the last closed minute: this minute and earlier ones get no more
 *     datums
 * @param open the minute that polls add to
 * @param carried events that were too late for their minute; they go into the next
 */
record BufferState(
    String instanceId,
    Destination destination,
    SamplerState history,
    Instant lastMinute,
    Optional<OpenMinute> open,
    List<Sample> carried) {
  /** A minute further ahead comes from a clock that was wrong. */
  static final Duration MOST_AHEAD = Duration.ofMinutes(Streak.MOST_MINUTES_AHEAD);

  /**
   * The combined samples of a minute so far.
   *
   * @param minute its start
   * @param samples one of each metric, with a value, in the order in which they appeared
   */
  record OpenMinute(Instant minute, List<Sample> samples) {
    OpenMinute and(List<Sample> later) {
      return new OpenMinute(minute, combined(samples, later));
    }

    List<MinuteValue> values() {
      return samples.stream()
          .map(
              sample ->
                  new MinuteValue(
                      sample.metric().name(), sample.metric().unit(), sample.value().orElseThrow()))
          .toList();
    }
  }

  /**
   * The state of an agent that has no kept state.
   *
   * @param started the minute in which the agent started, which it has not seen from its start
   */
  static BufferState initial(String instanceId, Destination destination, Instant started) {
    return new BufferState(
        instanceId, destination, SamplerState.NONE, started, Optional.empty(), List.of());
  }

  /**
   * The state after a poll.
   *
   * @param minute in which the poll started; no other minute is open
   */
  BufferState polled(Instant minute, PollSamples reading) {
    boolean clockWasAhead = lastMinute.minus(MOST_AHEAD).isAfter(minute);
    if (!minute.isAfter(lastMinute) && !clockWasAhead) {
      List<Sample> late =
          combined(carried, reading.samples()).stream().filter(BufferState::isEvent).toList();
      return new BufferState(instanceId, destination, reading.history(), lastMinute, open, late);
    }
    OpenMinute minuteSoFar = open.orElseGet(() -> new OpenMinute(minute, carried));
    return new BufferState(
        instanceId,
        destination,
        reading.history(),
        clockWasAhead ? minute.minusSeconds(60) : lastMinute,
        Optional.of(minuteSoFar.and(reading.samples())),
        List.of());
  }

  /** A later minute may report events, but not a past state. */
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

  /** The state after closing the open minute, if there is one. */
  BufferState closed() {
    Instant last = open.map(OpenMinute::minute).orElse(lastMinute);
    return new BufferState(instanceId, destination, history, last, Optional.empty(), carried);
  }

  /** The state with another instance or other settings. */
  BufferState to(String instance, Destination another) {
    return new BufferState(instance, another, history, lastMinute, open, carried);
  }
}
