package io.cnimetrics.schedule;

/**
 * When a node asks EC2 for the free addresses of a subnet that it shares with other nodes, of which
 * it knows nothing.
 *
 * <p>What EC2 answers tells how many addresses of the subnet are in use. A node that holds 30 of
 * 9,000 is one of 300 like it, at most. If each asks once in 100 minutes, at a minute that a hash
 * picks, the subnet is asked for {@value #CALLS_PER_MINUTE} times a minute, whatever the number of
 * nodes: every node's share of the calls is its share of the addresses.
 *
 * <p>Addresses that others hold make the calls rarer, never more: of a cluster with half of the
 * used addresses there is a call and a half a minute. The reasoning and its figures are in {@code
 * docs/decisions/0010-subnets.md}.
 *
 * @param nodeName in Kubernetes
 * @param subnetId of one of the node's subnets
 */
public record SubnetQueryShare(String nodeName, String subnetId) {
  /** Of one subnet by all its nodes, where only they have addresses in it. */
  static final int CALLS_PER_MINUTE = 3;

  /** Before its first answer a node knows nothing; when a whole cluster starts, these spread. */
  static final int FIRST_WITHIN_MINUTES = 10;

  /**
   * In how many minutes the node asks once.
   *
   * @param own addresses in the subnet that this node holds
   * @param used addresses in the subnet that anybody holds
   */
  public static long period(long own, long used) {
    long share = CALLS_PER_MINUTE * Math.max(1, own);
    // Rounded up.
    return Math.max(1, -Math.floorDiv(-used, share));
  }

  /** Whether the node asks in a minute, counted from 1970: once in each period. */
  public boolean isDue(long minute, long period) {
    long turn = Math.floorDiv(minute, period);
    return minute - turn * period == NodeSchedule.share(hash(turn), period);
  }

  /** The minute of the first question of an agent that started in the given one. */
  public long first(long started) {
    return started + NodeSchedule.share(hash(-1), FIRST_WITHIN_MINUTES);
  }

  private long hash(long turn) {
    return NodeSchedule.mix(NodeSchedule.hash(nodeName + ' ' + subnetId) + turn);
  }
}
