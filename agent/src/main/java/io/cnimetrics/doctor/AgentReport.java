package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Instant;
import java.util.List;

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
}
