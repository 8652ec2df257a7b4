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
 * The state of the buffer without the pending minutes. A restarted agent continues from this state.
 * Each change creates a new object. Therefore the disk never has a half-changed state.
 *
 * @param instanceId the id of the EC2 instance, or empty if the id is not known
 * @param lastMinute the start of the last closed minute. This minute and all earlier minutes
 *     receive no more samples
 * @param open the minute to which polls add samples, if a minute is open
 * @param carried samples that count events and were read after their minute was closed. The next
 *     open minute starts with these samples
 */
record BufferState(
    String instanceId,
    Destination destination,
    SamplerState history,
    Instant lastMinute,
    Optional<OpenMinute> open,
    List<Sample> carried) {
  /** If a minute is further in the future than this limit, the clock was wrong. */
  static final Duration MOST_AHEAD = Duration.ofMinutes(Streak.MOST_MINUTES_AHEAD);

  /**
   * The samples of the current minute, combined into one sample of each metric.
   *
   * @param minute the start of the minute
   * @param samples one sample of each metric that has a value, in the order in which the metrics
   *     appeared
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
   * The state of an agent that starts without an earlier state.
   *
   * @param started the minute of the agent's start. No datums are sent for this minute, because the
   *     agent did not poll from its beginning
   */
  static BufferState initial(String instanceId, Destination destination, Instant started) {
    return new BufferState(
        instanceId, destination, SamplerState.NONE, started, Optional.empty(), List.of());
  }

  /**
   * Returns the state after a poll.
   *
   * @param minute the minute in which the poll started. The caller has closed every other minute
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

  /** Whether a late sample is added to the next minute. The late value of a gauge is discarded. */
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
    Instant last = open.map(OpenMinute::minute).orElse(lastMinute);
    return new BufferState(instanceId, destination, history, last, Optional.empty(), carried);
  }

  /** The same state with another instance id and another destination. */
  BufferState to(String instance, Destination another) {
    return new BufferState(instance, another, history, lastMinute, open, carried);
  }
}
