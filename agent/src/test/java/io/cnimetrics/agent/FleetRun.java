package io.cnimetrics.agent;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.cnimetrics.agent.ModelCloudWatch.Arrival;
import io.cnimetrics.agent.ModelCloudWatch.Second;
import io.cnimetrics.plan.Fleet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;

/**
 * An hour of a fleet: normal work, an outage of CloudWatch, the recovery, and a restart of all
 * agents at once.
 *
 * @param wrongMinutes the number of minutes of all nodes for which CloudWatch has too few or too
 *     many datums
 */
record FleetRun(Part atWork, Part outage, Part back, Part restarted, int wrongMinutes) {
  private static final Duration SETTLING = Duration.ofMinutes(5);
  private static final Duration WATCHED = Duration.ofMinutes(15);
  private static final Duration OUTAGE = Duration.ofMinutes(10);

  static FleetRun of(Fleet fleet, double requestsPerSecond) {
    Logger log = (Logger) LoggerFactory.getLogger("io.cnimetrics");
    // Each node logs the outage and its end.
    log.setLevel(Level.ERROR);
    try {
      return run(fleet, requestsPerSecond);
    } finally {
      log.setLevel(null);
    }
  }

  private static FleetRun run(Fleet fleet, double requestsPerSecond) {
    ModelFleet model = new ModelFleet(fleet, 1, false, requestsPerSecond);
    Instant start = model.now();
    model.pass(SETTLING);
    Part atWork = pass(model, WATCHED);
    model.cloudWatch.away(true);
    Part outage = pass(model, OUTAGE);
    model.cloudWatch.away(false);
    Part back = pass(model, WATCHED);
    model.restart();
    Part restarted = pass(model, WATCHED);
    // The minute of the start is not complete, and the newest minutes are not sent yet.
    Instant from = minuteAfter(start);
    Instant to = minuteAfter(model.now()).minus(fleet.publishInterval()).minusSeconds(120);
    int wrong =
        model.cloudWatch.wrongMinutes(fleet.names().toList(), from, to, fleet.datumsPerMinute());
    return new FleetRun(atWork, outage, back, restarted, wrong);
  }

  private static Part pass(ModelFleet model, Duration time) {
    Instant from = model.now();
    model.pass(time);
    return new Part(
        from,
        time,
        model
            .cloudWatch
            .seconds()
            .filter(second -> second.at().plusSeconds(1).isAfter(from))
            .toList(),
        model.cloudWatch.arrivals().stream()
            .filter(arrival -> !arrival.at().isBefore(from))
            .toList());
  }

  private static Instant minuteAfter(Instant at) {
    return Instant.ofEpochSecond((at.getEpochSecond() / 60 + 1) * 60);
  }

  Stream<Second> seconds() {
    return Stream.of(atWork, outage, back, restarted).flatMap(part -> part.seconds().stream());
  }

  /** A part of the hour. */
  record Part(Instant from, Duration length, List<Second> seconds, List<Arrival> arrivals) {
    /** The first piece of this part, with this length. */
    Part first(Duration time) {
      Instant end = from.plus(time);
      return new Part(
          from,
          time,
          seconds.stream().filter(second -> second.at().isBefore(end)).toList(),
          arrivals.stream().filter(arrival -> arrival.at().isBefore(end)).toList());
    }

    int requests() {
      return seconds.stream().mapToInt(Second::requests).sum();
    }

    double perSecond() {
      return (double) requests() / length.toSeconds();
    }

    int worstSecond() {
      return seconds.stream().mapToInt(Second::requests).max().orElse(0);
    }

    /** The share of the requests that CloudWatch throttled; 1 means all requests. */
    double throttledShare() {
      return (double) seconds.stream().mapToInt(Second::throttled).sum() / Math.max(1, requests());
    }

    /** This share of the arrivals had at most this age. */
    Duration age(double share) {
      List<Duration> ages = arrivals.stream().map(Arrival::age).sorted().toList();
      return ages.isEmpty() ? Duration.ZERO : ages.get((int) Math.ceil(share * ages.size()) - 1);
    }

    /**
     * The time until CloudWatch had accepted the minutes that were pending at the start of this
     * part.
     */
    Duration untilCaughtUp() {
      return last(
          arrivals.stream()
              .filter(arrival -> !arrival.minute().plusSeconds(60).isAfter(from))
              .map(Arrival::at));
    }

    /** The time until the last throttled request. */
    Duration untilCalm() {
      return last(seconds.stream().filter(second -> second.throttled() > 0).map(Second::at));
    }

    private Duration last(Stream<Instant> times) {
      return times
          .max(Instant::compareTo)
          .map(time -> Duration.between(from, time))
          .orElse(Duration.ZERO);
    }
  }
}
