package io.cnimetrics.agent;

import io.cnimetrics.catalog.Computation.AgentStart;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Simulates CloudWatch, which throttles requests above a limit per second. The limit is a token
 * bucket of one second. Records what happened to each request, and when the datums of each node and
 * minute arrived.
 */
final class ModelCloudWatch {
  /** The metrics with a datum in each minute. */
  private static final Set<String> EACH_MINUTE =
      MetricCatalog.all().stream()
          .filter(metric -> !(metric.computation() instanceof AgentStart))
          .map(Metric::name)
          .collect(Collectors.toSet());

  private final InstantSource clock;
  private final double requestsPerSecond;
  private final TreeMap<Long, Second> bySecond = new TreeMap<>();
  private final List<Arrival> arrivals = new ArrayList<>();
  private double tokens;
  private Instant filledAt = Instant.MIN;
  private boolean away;

  /** The fate of a request. */
  private enum Fate {
    TAKEN,
    THROTTLED,
    REFUSED
  }

  /**
   * The requests of a second by fate.
   *
   * @param at the start of the second
   */
  record Second(Instant at, int taken, int throttled, int refused) {
    int requests() {
      return taken + throttled + refused;
    }

    private Second and(Second more) {
      return new Second(at, taken + more.taken, throttled + more.throttled, refused + more.refused);
    }
  }

  /**
   * Datums of one node and one minute that CloudWatch accepted together.
   *
   * @param minute the start of the minute
   */
  record Arrival(String node, Instant minute, int datums, Instant at) {
    /** The time since the minute's end. */
    Duration age() {
      return Duration.between(minute, at).minusMinutes(1);
    }
  }

  ModelCloudWatch(InstantSource clock, double requestsPerSecond) {
    this.clock = clock;
    this.requestsPerSecond = requestsPerSecond;
  }

  /** Starts or ends an outage: all requests fail. */
  void away(boolean isAway) {
    away = isAway;
  }

  /** The sink of a node. */
  MetricSink of(String node) {
    return (namespace, datums, limit) -> {
      Fate fate = fate();
      count(fate);
      return switch (fate) {
        case REFUSED -> FakeCloudWatch.UNREACHABLE;
        case THROTTLED -> FakeCloudWatch.THROTTLED;
        case TAKEN -> {
          take(node, datums);
          yield PutResult.ACCEPTED;
        }
      };
    };
  }

  private void count(Fate fate) {
    Instant second = clock.instant().truncatedTo(ChronoUnit.SECONDS);
    Second one =
        switch (fate) {
          case TAKEN -> new Second(second, 1, 0, 0);
          case THROTTLED -> new Second(second, 0, 1, 0);
          case REFUSED -> new Second(second, 0, 0, 1);
        };
    bySecond.merge(second.getEpochSecond(), one, Second::and);
  }

  private Fate fate() {
    if (away) {
      return Fate.REFUSED;
    }
    Instant now = clock.instant();
    double passed =
        filledAt.equals(Instant.MIN) ? 1 : Duration.between(filledAt, now).toNanos() / 1e9;
    tokens = Math.min(requestsPerSecond, tokens + passed * requestsPerSecond);
    filledAt = now;
    if (tokens < 1) {
      return Fate.THROTTLED;
    }
    tokens--;
    return Fate.TAKEN;
  }

  private void take(String node, List<Datum> datums) {
    Map<Instant, Integer> byMinute = new HashMap<>();
    for (Datum datum : datums) {
      if (EACH_MINUTE.contains(datum.metric())) {
        byMinute.merge(datum.at(), 1, Integer::sum);
      }
    }
    byMinute.forEach(
        (minute, count) -> arrivals.add(new Arrival(node, minute, count, clock.instant())));
  }

  void forget() {
    bySecond.clear();
    arrivals.clear();
  }

  /** The seconds with requests, in order. */
  Stream<Second> seconds() {
    return bySecond.values().stream();
  }

  List<Arrival> arrivals() {
    return arrivals;
  }

  /**
   * The number of minutes, over all nodes, in which datums are missing or duplicate.
   *
   * @param datumsEach the datums of a node in each minute
   */
  int wrongMinutes(List<String> nodes, Instant from, Instant to, int datumsEach) {
    Map<String, Map<Instant, Integer>> held = new HashMap<>();
    for (Arrival arrival : arrivals) {
      held.computeIfAbsent(arrival.node(), node -> new HashMap<>())
          .merge(arrival.minute(), arrival.datums(), Integer::sum);
    }
    int wrong = 0;
    for (String node : nodes) {
      Map<Instant, Integer> minutes = held.getOrDefault(node, Map.of());
      for (Instant minute = from; minute.isBefore(to); minute = minute.plusSeconds(60)) {
        wrong += minutes.getOrDefault(minute, 0) == datumsEach ? 0 : 1;
      }
    }
    return wrong;
  }
}
