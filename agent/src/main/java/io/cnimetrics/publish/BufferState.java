package io.cnimetrics.publish;

import io.cnimetrics.catalog.PollSamples;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.catalog.Streak;
import java.util.Map;
import java.util.Optional;

/**
 * All that a restarted agent needs to go on as if nothing had happened, beside the minutes that
 * wait. Every transition makes a new one, so that it can be kept as a whole.
 *
 * @param instanceId empty if it is not known
 * @param lastMinute the last minute that was closed: it and those before get no further datum
 * @param open the minute that polls add to
 * @param carried events that came too late for their minute and go into the next
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
   * Of an agent that remembers nothing.
   *
   * @param started the minute in which it started, the first of which it cannot know all
   */
  static BufferState initial(String instanceId, Destination destination, long started) {
    return new BufferState(
        instanceId, destination, SamplerState.NONE, started, Optional.empty(), NOTHING);
  }

  /**
   * A state after a transition.
   *
   * @param closed the minute that ended by it, if one did
   */
  record Step(BufferState state, Optional<OpenMinute> closed) {}

  /** After a poll that started in the given minute. */
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

  /** After the end of the open minute, if there is one. */
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

  /** After a new name, or other settings. */
  BufferState to(String instance, Destination another) {
    return new BufferState(instance, another, history, lastMinute, open, carried);
  }
}
