package io.cnimetrics.schedule;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides in which minutes a node asks EC2 for the free addresses of its subnets. The nodes of a
 * subnet share these calls, although the nodes do not communicate.
 *
 * <p>EC2's answer shows how many addresses of the subnet are in use. If a node holds 30 of 9,000
 * used addresses, the subnet has at most 300 nodes of this size. Then each node calls EC2 once in
 * 100 minutes, in a minute that a hash selects. Together the nodes make {@value #CALLS_PER_MINUTE}
 * calls per minute for the subnet. The number of nodes does not matter, because a node's share of
 * the calls equals its share of the addresses.
 *
 * <p>Used addresses outside the cluster reduce the calls. A cluster with half of the used addresses
 * makes 1.5 calls per minute. {@code docs/decisions/0010-subnets.md} has the reasons.
 */
public final class SubnetQueries {
  /**
   * The calls per minute for one subnet whose addresses are all used by the nodes of one cluster.
   */
  public static final int CALLS_PER_MINUTE = 3;

  /**
   * The first calls are spread over this time, because a node cannot share calls before its first
   * answer.
   */
  private static final int FIRST_WITHIN_MINUTES = 10;

  /** The longest period between two calls after failures, in minutes. */
  private static final long MOST_BACKOFF = 64;

  private final String nodeName;
  private long started;
  private final Map<String, Long> used = new HashMap<>();
  private final Map<String, Integer> failures = new HashMap<>();

  /**
   * @param nodeName the name of the node in Kubernetes
   * @param started the time when the agent started
   */
  public SubnetQueries(String nodeName, Instant started) {
    this.nodeName = nodeName;
    this.started = SECONDS.toMinutes(started.getEpochSecond());
  }

  /**
   * The subnets for which the node must call EC2 in the current minute.
   *
   * @param own the number of addresses that this node has in each subnet
   */
  public Set<String> due(Instant now, Map<String, Long> own) {
    long minute = SECONDS.toMinutes(now.getEpochSecond());
    // If the clock was set back to a time before the start, the current minute becomes the start.
    started = Math.min(started, minute);
    Set<String> due = new TreeSet<>(own.keySet());
    due.removeIf(subnetId -> !isDue(subnetId, own.getOrDefault(subnetId, 0L), minute));
    return due;
  }

  private boolean isDue(String subnetId, long own, long minute) {
    Long known = used.get(subnetId);
    int failed = failures.getOrDefault(subnetId, 0);
    if (known == null && failed == 0) {
      return minute >= started + NodeSchedule.share(hash(subnetId, -1), FIRST_WITHIN_MINUTES);
    }
    long backoff = Math.min(MOST_BACKOFF, 1L << Math.min(failed, 16));
    long period = Math.max(backoff, known == null ? 1 : period(own, known));
    long turn = Math.floorDiv(minute, period);
    return minute - turn * period == NodeSchedule.share(hash(subnetId, turn), period);
  }

  /** The time in which the node calls EC2 once, in minutes, rounded up. */
  private static long period(long own, long used) {
    return Math.max(1, -Math.floorDiv(-used, CALLS_PER_MINUTE * Math.max(1, own)));
  }

  /**
   * Records an answer of EC2.
   *
   * @param missing the requested subnets that the answer does not list
   * @param found the number of used addresses of each subnet with IPv4
   */
  public void answered(Set<String> asked, Set<String> missing, Map<String, Long> found) {
    failed(missing);
    for (String subnetId : asked) {
      if (!missing.contains(subnetId)) {
        failures.remove(subnetId);
        // A subnet without IPv4 is not requested again.
        used.put(subnetId, found.getOrDefault(subnetId, Long.MAX_VALUE));
      }
    }
  }

  /**
   * Records that EC2 did not answer. Each failure doubles the period in which the node makes one
   * call.
   */
  public void failed(Set<String> asked) {
    asked.forEach(subnetId -> failures.merge(subnetId, 1, Integer::sum));
  }

  private long hash(String subnetId, long turn) {
    return NodeSchedule.mix(NodeSchedule.hash(nodeName + ' ' + subnetId) + turn);
  }
}
