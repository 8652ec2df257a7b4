package io.cnimetrics.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The health of the agent at one moment.
 *
 * @param loops the loops that have been started
 * @param polled whether a poll has ended, good or bad
 * @param accepted whether CloudWatch has accepted a request of this process
 * @param refusal while permissions or credentials are refused: the refusal and its remedy
 */
public record AgentHealth(
    List<Loop> loops, boolean polled, boolean accepted, Optional<String> refusal) {
  /** A loop without an iteration for more intervals than this hangs. */
  private static final int MOST_INTERVALS = 3;

  public AgentHealth {
    loops = List.copyOf(loops);
  }

  /**
   * A loop.
   *
   * @param name such as {@code poll}
   * @param interval between two iterations
   * @param sinceTurn since the last iteration or, before the first, since the start of the loop; by
   *     the monotonic clock
   */
  public record Loop(String name, Duration interval, Duration sinceTurn) {
    private boolean hangs() {
      return sinceTurn.compareTo(interval.multipliedBy(MOST_INTERVALS)) > 0;
    }

    private String complaint() {
      return "the %s loop has had no iteration for %d s (expected every %d s): restart the agent"
          .formatted(name, sinceTurn.toSeconds(), interval.toSeconds());
    }
  }

  /**
   * The loops that hang, with the remedy. Nothing else makes the agent unhealthy: a restart does
   * not help if AWS or ipamD fails.
   */
  List<String> notLive() {
    return loops.stream().filter(Loop::hangs).map(Loop::complaint).toList();
  }

  /** Why the agent is not ready: before the first poll, or CloudWatch never accepted a request. */
  List<String> notReady() {
    List<String> complaints = new ArrayList<>();
    if (!polled) {
      complaints.add("the first poll has not finished yet: wait for it");
    }
    if (!accepted) {
      refusal.ifPresent(why -> complaints.add("nothing was ever sent: " + why));
    }
    return complaints;
  }
}
