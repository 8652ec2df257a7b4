package io.cnimetrics.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the agent is, at one moment.
 *
 * @param loops its loops that have been started
 * @param polled whether a poll has ended, good or bad
 * @param accepted whether CloudWatch has ever taken a request of this process
 * @param refusal while rights or credentials are refused: by what, and the way out
 */
public record AgentHealth(
    List<Loop> loops, boolean polled, boolean accepted, Optional<String> refusal) {
  /** A loop that has not turned for more intervals than this hangs. */
  private static final int MOST_INTERVALS = 3;

  public AgentHealth {
    loops = List.copyOf(loops);
  }

  /**
   * A loop.
   *
   * @param name such as {@code poll}
   * @param interval between two turns
   * @param sinceTurn since its last turn or, before the first, since its start; by a clock that
   *     cannot be set
   */
  public record Loop(String name, Duration interval, Duration sinceTurn) {
    private boolean hangs() {
      return sinceTurn.compareTo(interval.multipliedBy(MOST_INTERVALS)) > 0;
    }

    private String complaint() {
      return "the %s loop has not turned for %d s, though it should every %d s: restart the agent"
          .formatted(name, sinceTurn.toSeconds(), interval.toSeconds());
    }
  }

  /** Bad only if a loop hangs: a restart brings back neither AWS nor ipamD. */
  public ProbeResult live() {
    return new ProbeResult(loops.stream().filter(Loop::hangs).map(Loop::complaint).toList());
  }

  /** Bad before the first poll, and while refusals are all that was ever heard of CloudWatch. */
  public ProbeResult ready() {
    List<String> complaints = new ArrayList<>();
    if (!polled) {
      complaints.add("the first poll has not ended yet: wait for it");
    }
    if (!accepted) {
      refusal.ifPresent(why -> complaints.add("nothing was ever sent: " + why));
    }
    return new ProbeResult(complaints);
  }
}
