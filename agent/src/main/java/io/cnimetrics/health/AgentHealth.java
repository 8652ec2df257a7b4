package io.cnimetrics.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The health of the agent at one moment.
 *
 * @param loops the loops of the agent
 * @param polled whether the first poll and the first run of the send loop have ended
 * @param refusals one message for each receiver that has refused all requests so far
 */
public record AgentHealth(List<Loop> loops, boolean polled, List<String> refusals) {
  /** If no run ends for more than this number of intervals, the loop hangs. */
  private static final int MOST_INTERVALS = 3;

  public AgentHealth {
    loops = List.copyOf(loops);
    refusals = List.copyOf(refusals);
  }

  /**
   * One loop of the agent.
   *
   * @param name such as {@code poll}
   * @param interval the longest time between two runs
   * @param sinceRun the time since the last run or, before the first run, since the creation of the
   *     loop, by the monotonic clock
   */
  public record Loop(String name, Duration interval, Duration sinceRun) {
    private boolean hangs() {
      return sinceRun.compareTo(interval.multipliedBy(MOST_INTERVALS)) > 0;
    }

    private String complaint() {
      return "the %s loop has not run for %d s, but must run every %d s: check the node's disk"
              .formatted(name, sinceRun.toSeconds(), interval.toSeconds())
          + ", then restart the agent";
    }
  }

  /**
   * One message for each loop that hangs. Only loops that hang make {@code /livez} fail. If AWS or
   * ipamD fails, a restart of the agent does not help.
   */
  List<String> notLive() {
    return loops.stream().filter(Loop::hangs).map(Loop::complaint).toList();
  }

  /** Why the agent is not ready: no poll has ended yet, or a receiver refuses all requests. */
  List<String> notReady() {
    List<String> complaints = new ArrayList<>();
    if (!polled) {
      complaints.add("the first poll has not finished yet: wait for its end");
    }
    complaints.addAll(refusals);
    return complaints;
  }
}
