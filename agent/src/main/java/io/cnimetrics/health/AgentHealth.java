package io.cnimetrics.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The health of the agent at one moment.
 *
 * @param loops the loops of the agent
 * @param polled whether the first poll and the first run of the send loop have ended
 * @param accepted whether CloudWatch has accepted at least one request of this process
 * @param refusal why AWS refuses all requests, with the remedy; empty if there is no refusal
 */
public record AgentHealth(
    List<Loop> loops, boolean polled, boolean accepted, Optional<String> refusal) {
  /** A loop hangs if no iteration ends for more than this number of intervals. */
  private static final int MOST_INTERVALS = 3;

  public AgentHealth {
    loops = List.copyOf(loops);
  }

  /**
   * One loop of the agent.
   *
   * @param name such as {@code poll}
   * @param interval the longest time between two iterations
   * @param sinceTurn the time since the last iteration or, before the first iteration, since the
   *     creation of the loop; measured by the monotonic clock
   */
  public record Loop(String name, Duration interval, Duration sinceTurn) {
    private boolean hangs() {
      return sinceTurn.compareTo(interval.multipliedBy(MOST_INTERVALS)) > 0;
    }

    private String complaint() {
      return "the %s loop has not run for %d s, but must run every %d s: restart the agent"
          .formatted(name, sinceTurn.toSeconds(), interval.toSeconds());
    }
  }

  /**
   * One message for each loop that hangs. Nothing else makes {@code /livez} fail, because a restart
   * does not help if AWS or ipamD fails.
   */
  List<String> notLive() {
    return loops.stream().filter(Loop::hangs).map(Loop::complaint).toList();
  }

  /** Why the agent is not ready: no poll has ended yet, or AWS refuses all requests. */
  List<String> notReady() {
    List<String> complaints = new ArrayList<>();
    if (!polled) {
      complaints.add("the first poll has not finished yet: wait for its end");
    }
    if (!accepted) {
      refusal.ifPresent(why -> complaints.add("CloudWatch has accepted no datums yet: " + why));
    }
    return complaints;
  }
}
