package io.cnimetrics.publish;

import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.catalog.Streak;
import java.util.Map;
import java.util.Optional;

/**
 * The state that a restarted agent continues from, beside the waiting minutes. Each transition
 * makes a new one, so that it is written to disk as a whole.
 *
 * @param instanceId the EC2 instance; empty if it is not known
 * @param lastMinute the last closed minute: this minute and earlier ones get no more datums
 * @param open the minute that polls add to
 * @param carried events that were too late for their minute; they go into the next
 */
record BufferState(
    String instanceId,
    Destination destination,
    SamplerState history,
    long lastMinute,
    Optional<OpenMinute> open,
    OpenMinute carried) {
  private static final OpenMinute NOTHING = new OpenMinute(Long.MIN_VALUE, Map.of());

  /**
   * The state of an agent that has no kept state.
   *
   * @param started the minute in which the agent started, which it has not seen from its start
   */
  static BufferState initial(String instanceId, Destination destination, long started) {
    return new BufferState(
        instanceId, destination, SamplerState.NONE, started, Optional.empty(), NOTHING);
  }

  /**
   * The state after a transition.
   *
   * @param closed the minute that the transition closed, if any
   */
  record Step(BufferState state, Optional<OpenMinute> closed) {}

  /** The state after a poll that started in the given minute. */
  Step polled(long minute, PollSamples reading) {
    Step ended =
        open.isPresent() && open.get().minute() != minute ? closed() : new Step(this, none());
    return new Step(ended.state().took(minute, reading), ended.closed());
  }

  private static Optional<OpenMinute> none() {
    return Optional.empty();
  }

  private BufferState took(long minute, PollSamples reading) {
    boolean clockWasAhead = lastMinute - Streak.MOST_MINUTES_AHEAD > minute;
    if (minute <= lastMinute && !clockWasAhead) {
      OpenMinute late = carried.and(reading.samples()).events();
      return new BufferState(instanceId, destination, reading.history(), lastMinute, open, late);
    }
    OpenMinute minuteSoFar = open.orElseGet(() -> carried.at(minute));
    return new BufferState(
        instanceId,
        destination,
        reading.history(),
        clockWasAhead ? minute - 1 : lastMinute,
        Optional.of(minuteSoFar.and(reading.samples())),
        NOTHING);
  }

  /** The state after closing the open minute, if there is one. */
  Step closed() {
    return new Step(
        new BufferState(
            instanceId,
            destination,
            history,
            open.map(OpenMinute::minute).orElse(lastMinute),
            Optional.empty(),
            carried),
        open);
  }

  /** The state with another instance or other settings. */
  BufferState to(String instance, Destination another) {
    return new BufferState(instance, another, history, lastMinute, open, carried);
  }
}
