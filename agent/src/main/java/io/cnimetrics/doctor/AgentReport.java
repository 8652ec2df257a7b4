package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the agent on this node reports by {@code /status}.
 *
 * @param startedAt when the agent started; increases before are unknown to it
 * @param increases the last run of increases of each counter that rose
 */
public record AgentReport(Instant startedAt, List<RecentIncrease> increases) {
  public AgentReport {
    increases = List.copyOf(increases);
  }

  /** The report of an agent that made these polls and no others. */
  public static AgentReport of(NodeEvidence polls) {
    Stream<Trend> counters = Checks.series().stream().map(polls::trend);
    Stream<Trend> errors =
        polls.polls().stream()
            .flatMap(poll -> poll.snapshot().metrics().stream())
            .flatMap(metrics -> metrics.errors().keySet().stream())
            .distinct()
            .map(polls::trend);
    return new AgentReport(
        polls.polls().get(0).snapshot().takenAt(),
        Stream.concat(counters, errors).flatMap(trend -> trend.run().stream()).toList());
  }
}
