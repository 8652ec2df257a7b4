package io.cnimetrics.publish;

import io.cnimetrics.catalog.History;
import io.cnimetrics.catalog.Reading;
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
record State(
    String instanceId,
    Destination destination,
    History history,
    long lastMinute,
    Optional<OpenMinute> open,
    OpenMinute carried) {
  private static final OpenMinute NOTHING = new OpenMinute(Long.MIN_VALUE, Map.of());

  /**
   * Of an agent that remembers nothing.
   *
   * @param started the minute in which it started, the first of which it cannot know all
   */
  static State initial(String instanceId, Destination destination, long started) {
    return new State(instanceId, destination, History.NONE, started, Optional.empty(), NOTHING);
  }

  /**
   * A state after a transition.
   *
   * @param closed the minute that ended by it, if one did
   */
  record Step(State state, Optional<OpenMinute> closed) {}

  /** After a poll that started in the given minute. */
  Step polled(long minute, Reading reading) {
    Step ended =
        open.isPresent() && open.get().minute() != minute ? closed() : new Step(this, none());
    return new Step(ended.state().took(minute, reading), ended.closed());
  }

  private static Optional<OpenMinute> none() {
    return Optional.empty();
  }

  private State took(long minute, Reading reading) {
    boolean clockWasAhead = lastMinute - Streak.MOST_MINUTES_AHEAD > minute;
    if (minute <= lastMinute && !clockWasAhead) {
      OpenMinute late = carried.and(reading.samples()).events();
      return new State(instanceId, destination, reading.history(), lastMinute, open, late);
    }
    OpenMinute minuteSoFar = open.orElseGet(() -> carried.at(minute));
    return new State(
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
        new State(
            instanceId,
            destination,
            history,
            open.map(OpenMinute::minute).orElse(lastMinute),
            Optional.empty(),
            carried),
        open);
  }

  /** After a new name, or other settings. */
  State to(String instance, Destination another) {
    return new State(instance, another, history, lastMinute, open, carried);
  }
}
