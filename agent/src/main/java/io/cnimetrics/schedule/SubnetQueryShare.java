package io.cnimetrics.schedule;

/**
 * When a node asks EC2 for the free addresses of a subnet that it shares with other nodes. It does
 * not know these nodes.
 *
 * <p>EC2's answer shows how many addresses of the subnet are in use. If a node holds 30 of 9,000,
 * there are at most 300 nodes like it. Each asks once in 100 minutes, at a minute that a hash
 * picks. Together they make {@value #CALLS_PER_MINUTE} calls a minute for the subnet, for any
 * number of nodes: a node's share of the calls is its share of the addresses.
 *
 * <p>Addresses outside the cluster only reduce the calls: a cluster with half of the used addresses
 * makes 1.5 calls a minute. The reasoning and its figures are in {@code
 * docs/decisions/0010-subnets.md}.
 *
 * @param nodeName the name in Kubernetes
 * @param subnetId one of the node's subnets
 */
public record SubnetQueryShare(String nodeName, String subnetId) {
  /** Calls for one subnet by all nodes of a cluster, if no other address in it is used. */
  static final int CALLS_PER_MINUTE = 3;

  /** Spreads the first calls when a whole cluster starts: no node knows its share yet. */
  static final int FIRST_WITHIN_MINUTES = 10;

  /**
   * The length in minutes of the period in which the node asks once.
   *
   * @param own the addresses in the subnet that this node holds
   * @param used all addresses in the subnet that are in use
   */
  public static long period(long own, long used) {
    long share = CALLS_PER_MINUTE * Math.max(1, own);
    // Rounded up.
    return Math.max(1, -Math.floorDiv(-used, share));
  }

  /** Whether the node asks in a minute, counted from 1970. It asks once in each period. */
  public boolean isDue(long minute, long period) {
    long turn = Math.floorDiv(minute, period);
    return minute - turn * period == NodeSchedule.share(hash(turn), period);
  }

  /** The minute of the first call of an agent that started in the given minute. */
  public long first(long started) {
    return started + NodeSchedule.share(hash(-1), FIRST_WITHIN_MINUTES);
  }

  private long hash(long turn) {
    return NodeSchedule.mix(NodeSchedule.hash(nodeName + ' ' + subnetId) + turn);
  }
}
