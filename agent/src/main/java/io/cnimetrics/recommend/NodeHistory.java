package io.cnimetrics.recommend;

import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * The values that one node reported.
 *
 * @param group the name of the node group
 * @param moments in the order of time, at least one
 */
public record NodeHistory(String node, String group, List<Moment> moments) {
  /** A longer interval between two moments is a long gap. */
  static final int LONG_GAP_MINUTES = 5;

  /**
   * The addresses that the pods needed.
   *
   * @param addresses the size of a pool that is large enough for these requests and releases in any
   *     order
   * @param low the fewest addresses that the pods perhaps held
   * @param refused whether ipamD refused a request
   * @param inGap whether a long gap hides when the pods started and ended
   */
  record Need(long addresses, int low, boolean refused, boolean inGap) {}

  /**
   * The need in the two intervals before this moment, or in the only interval before it; empty if
   * no pod started. A cooldown and ipamD's reaction can begin in one interval and end in the next.
   *
   * @param index the index of the moment
   */
  Optional<Need> need(int index) {
    int start = Math.max(0, index - 2);
    Moment first = moments.get(start);
    Moment last = moments.get(index);
    long refused = sum(start, index, Counters::refused);
    long counted = sum(start, index, Counters::requests);
    // A restart of ipamD hides requests and releases. The assigned addresses show some of them.
    int rise = last.assigned() - first.assigned();
    long releases = Math.max(sum(start, index, Counters::releases), counted - refused - rise);
    long requests = Math.max(counted, releases + rise);
    if (requests == 0) {
      return Optional.empty();
    }
    long most = first.assigned() + first.cooling() + requests;
    IntSummaryStatistics pool =
        moments.subList(start, index + 1).stream().mapToInt(Moment::pool).summaryStatistics();
    boolean known = last.counters().ec2Calls() > 0;
    boolean several = sum(start, index, Counters::ec2Calls) > 1;
    // One call to EC2 cannot both enlarge and reduce the pool. Therefore the moments show the
    // pool's largest size if ipamD made at most one call between them.
    int largest = known && !several ? pool.getMax() : Math.max(last.limits().most(), pool.getMax());
    // If ipamD made several calls, the pool was perhaps smaller between the moments, and this can
    // explain a refusal. Otherwise a refusal shows that the need was greater than the smallest
    // pool.
    int smallest = known && several ? 0 : pool.getMin() + 1;
    long need = refused != 0 ? Math.max(most, smallest) : Math.min(most, largest);
    int low = (int) Math.max(0, first.assigned() - releases);
    boolean inGap = IntStream.range(start, index).anyMatch(i -> minutesAfter(i) > LONG_GAP_MINUTES);
    return Optional.of(new Need(need, low, refused != 0, inGap));
  }

  private long minutesAfter(int index) {
    return moments.get(index + 1).minute() - moments.get(index).minute();
  }

  private long sum(int first, int last, ToLongFunction<Counters> counter) {
    return IntStream.range(first, last)
        .mapToLong(i -> moments.get(i + 1).counters().since(moments.get(i).counters(), counter))
        .sum();
  }

  /**
   * The values that one node reported in one minute.
   *
   * @param minute minutes since 1970
   * @param assigned addresses that pods hold
   * @param cooling addresses that pods released and that no pod can get yet
   * @param pool addresses on the node's ENIs
   * @param prefixes prefixes on the node's ENIs
   */
  public record Moment(
      long minute,
      int assigned,
      int cooling,
      int pool,
      int prefixes,
      Limits limits,
      Counters counters) {
    /** The state of a new node before ipamD started, if this moment is the node's first. */
    Moment beforeStart() {
      return new Moment(
          minute - 1, 0, 0, pool, prefixes, limits, new Counters(0, 0, 0, counters.restarts(), 0));
    }
  }

  /**
   * The limits of a node.
   *
   * @param reachable the largest number of addresses that the node can ever have, at most max pods
   * @param most addresses that all ENIs together can hold
   * @param enis the largest number of ENIs
   */
  public record Limits(int reachable, int most, int enis) {}

  /**
   * Totals since ipamD started.
   *
   * @param requests requests of pods for an address, including the requests that failed
   * @param releases addresses that pods released
   * @param refused requests that failed because no address was available
   * @param restarts restarts of ipamD that the agent saw since the agent started
   * @param ec2Calls calls of ipamD to EC2; 0 if the CNI release does not count them
   */
  public record Counters(long requests, long releases, long refused, long restarts, long ec2Calls) {
    /** How much a counter rose since the earlier moment. After a restart ipamD counts from 0. */
    long since(Counters earlier, ToLongFunction<Counters> counter) {
      return counter.applyAsLong(this)
          - (restartedSince(earlier) ? 0 : counter.applyAsLong(earlier));
    }

    /** Whether ipamD started between the earlier moment and this moment. */
    boolean restartedSince(Counters earlier) {
      return requests < earlier.requests
          || releases < earlier.releases
          || restarts > earlier.restarts;
    }
  }
}
