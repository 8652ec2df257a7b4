package io.cnimetrics.schedule;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Decides in which minutes a node asks EC2 for the free addresses of its subnets. The nodes of a
 * subnet share the calls without knowing each other.
 *
 * <p>EC2's answer shows how many addresses of the subnet are in use. If a node holds 30 of 9,000,
 * there are at most 300 nodes like it. Each asks once in 100 minutes, at a minute that a hash
 * picks. Together they make {@value #CALLS_PER_MINUTE} calls a minute for the subnet, for any
 * number of nodes: a node's share of the calls is its share of the addresses.
 *
 * <p>Addresses outside the cluster only reduce the calls: a cluster with half of the used addresses
 * makes 1.5 calls a minute. The reasoning and its figures are in {@code
 * docs/decisions/0010-subnets.md}.
 */
public final class SubnetQueries {
  /** Calls for one subnet by all nodes of a cluster, if no other address in it is used. */
  private static final int CALLS_PER_MINUTE = 3;

  /** Spreads the first calls when a whole cluster starts: no node knows its share yet. */
  private static final int FIRST_WITHIN_MINUTES = 10;

  /** The longest period after failures, in minutes. */
  private static final long MOST_BACKOFF = 64;

  private final String nodeName;
  private final long started;
  private final Map<String, Long> used = new HashMap<>();
  private int failures;

  /**
   * @param nodeName the name in Kubernetes
   * @param started when the agent started
   */
  public SubnetQueries(String nodeName, Instant started) {
    this.nodeName = nodeName;
    this.started = minute(started);
  }

  /**
   * The subnets that are due in the minute of an instant.
   *
   * @param own the number of addresses that this node has in each subnet
   */
  public Set<String> due(Instant now, Map<String, Long> own) {
    Set<String> due = new TreeSet<>(own.keySet());
    due.removeIf(subnetId -> !isDue(subnetId, own.getOrDefault(subnetId, 0L), minute(now)));
    return due;
  }

  private boolean isDue(String subnetId, long own, long minute) {
    Long known = used.get(subnetId);
    if (known == null && failures == 0) {
      return minute >= started + NodeSchedule.share(hash(subnetId, -1), FIRST_WITHIN_MINUTES);
    }
    long backoff = Math.min(MOST_BACKOFF, 1L << Math.min(failures, 16));
    long period = Math.max(backoff, known == null ? 1 : period(own, known));
    long turn = Math.floorDiv(minute, period);
    return minute - turn * period == NodeSchedule.share(hash(subnetId, turn), period);
  }

  /** The length in minutes of the period in which the node asks once, rounded up. */
  private static long period(long own, long used) {
    return Math.max(1, -Math.floorDiv(-used, CALLS_PER_MINUTE * Math.max(1, own)));
  }

  /**
   * Records an answer of EC2.
   *
   * @param found the number of used addresses of each subnet in the answer
   */
  public void answered(Set<String> asked, Map<String, Long> found) {
    failures = 0;
    // EC2 never reports a subnet without IPv4 addresses.
    asked.forEach(subnetId -> used.put(subnetId, Long.MAX_VALUE));
    used.putAll(found);
  }

  /** Records that EC2 gave no answer: the wait before the next call doubles. */
  public void failed() {
    failures++;
  }

  private long hash(String subnetId, long turn) {
    return NodeSchedule.mix(NodeSchedule.hash(nodeName + ' ' + subnetId) + turn);
  }

  private static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60);
  }
}
