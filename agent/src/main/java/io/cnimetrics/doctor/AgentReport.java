package io.cnimetrics.doctor;

import io.cnimetrics.catalog.RecentIncrease;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The facts that the agent on this node reports on its page {@code /status}.
 *
 * @param startedAt when the agent began to read counters; it has seen all increases since then
 * @param readUntil when the agent last read ipamD's counters; the same as {@code startedAt} if it
 *     has not read them recently
 * @param increases the last run of increases of each counter that rose
 * @param restarts the recent restarts of ipamD
 * @param sendFailure the last failed request to AWS; empty if a later request succeeded
 */
public record AgentReport(
    Instant startedAt,
    Instant readUntil,
    List<RecentIncrease> increases,
    Restarts restarts,
    Optional<SendFailure> sendFailure) {
  public AgentReport {
    increases = List.copyOf(increases);
  }

  /**
   * The restarts of ipamD in the last 15 minutes, and whether ipamD is down now.
   *
   * @param since when the restarts began; empty if this is unknown
   * @param down when ipamD stopped answering; empty if ipamD answers
   */
  public record Restarts(long count, Optional<Since> since, Optional<Since> down) {
    public static final Restarts NONE = new Restarts(0, Optional.empty(), Optional.empty());
  }

  /**
   * Whether the agent read ipamD's counters at least twice, and therefore knows their increases.
   */
  boolean knowsIncreases() {
    return readUntil.isAfter(startedAt);
  }

  /**
   * A request of the agent that failed.
   *
   * @param lastSuccess empty if no request succeeded since the agent started
   * @param fact the answer of AWS, or why no answer came
   */
  public record SendFailure(
      Instant at, Optional<Instant> lastSuccess, String fact, String remedy) {}

  /** The report of an agent that made only these polls. */
  public static AgentReport of(NodeEvidence polls, List<RecentIncrease> increases) {
    return new AgentReport(
        polls.polls().get(0).snapshot().takenAt(),
        polls.now(),
        increases,
        restarts(polls),
        Optional.empty());
  }

  private static Restarts restarts(NodeEvidence polls) {
    Restarts seen = IpamdProcess.restarts(polls.polls());
    boolean down = !polls.snapshot().ipamdRead();
    return new Restarts(
        seen.count(),
        seen.since(),
        polls.since(poll -> !poll.snapshot().ipamdRead()).filter(any -> down));
  }
}
