package io.cnimetrics.recommend;

import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * What one node reported. Interval {@code i} is the time between the moments {@code i - 1} and
 * {@code i}.
 *
 * @param group the name of the node group
 * @param moments in the order of time, at least one
 */
public record NodeHistory(String node, String group, List<Moment> moments) {
  /** A longer interval is not used, because it does not show when the requests in it were made. */
  private static final int LONGEST_INTERVAL_MINUTES = 5;

  /** The rate is steady if this many successive intervals have similar numbers of requests. */
  private static final int STEADY_INTERVALS = 3;

  /**
   * How many addresses the pods needed in one or two intervals.
   *
   * @param addresses with a pool of this size, no order of the requests and releases leaves a pod
   *     without an address
   * @param low the fewest addresses that pods can have held
   * @param refused whether ipamD refused a request
   */
  record Need(long addresses, int low, boolean refused) {}

  /**
   * Whether the node is new, so that its first moment shows all that happened on it.
   *
   * @param knownFrom the first minute of all data. A node that appears later is a new node.
   */
  boolean isNew(long knownFrom) {
    Moment first = moments.get(0);
    return first.minute() - knownFrom > LONGEST_INTERVAL_MINUTES
        && first.requests() <= first.reachable();
  }

  /**
   * The need at the end of an interval; empty if it is unknown or no pod started. ipamD's reaction
   * to a request can begin in one interval and end in the next. Therefore the need is computed from
   * two intervals, or from one if the rate of requests is steady.
   *
   * @param knownFrom the first minute of all data
   */
  Optional<Need> need(int interval, long knownFrom) {
    if (interval == 0 && isNew(knownFrom)) {
      Moment now = moments.get(0);
      return Optional.of(new Need(now.requests(), 0, now.refused() > 0));
    } else if (!isShort(interval)) {
      return Optional.empty();
    }
    int start = interval - (isShort(interval - 1) && !isSteady(interval) ? 2 : 1);
    Moment first = moments.get(start);
    Moment last = moments.get(interval);
    long requests = sum(start, interval, Moment::requests);
    if (requests == 0) {
      return Optional.empty();
    }
    int low = (int) Math.max(0, first.assigned() - sum(start, interval, Moment::releases));
    long most = first.assigned() + first.cooling() + requests;
    boolean refused = sum(start, interval, Moment::refused) != 0;
    IntSummaryStatistics pool =
        moments.subList(start, interval + 1).stream().mapToInt(Moment::pool).summaryStatistics();
    boolean counted = last.ec2Calls() > 0;
    boolean several = sum(start, interval, Moment::ec2Calls) > 1;
    // One call to EC2 cannot both enlarge and reduce the pool. Therefore the moments show the
    // pool's largest size if ipamD made at most one call between them.
    int largest = counted && !several ? pool.getMax() : Math.max(last.most(), pool.getMax());
    // If ipamD made several calls, the pool was perhaps smaller between the moments, and this can
    // explain a refusal. If not, the need was greater than the pool of that time.
    int smallest = counted && several ? 0 : pool.getMin() + 1;
    long need = refused ? Math.max(most, smallest) : Math.min(most, largest);
    return Optional.of(new Need(need, low, refused));
  }

  private boolean isShort(int interval) {
    return interval > 0
        && interval < moments.size()
        && moments.get(interval).minute() - moments.get(interval - 1).minute()
            <= LONGEST_INTERVAL_MINUTES;
  }

  /**
   * Whether this interval or the one before is part of a steady rate, and neither of the two has
   * more requests than this rate. Therefore a burst that is split over two intervals is not steady.
   */
  private boolean isSteady(int interval) {
    long most = Math.max(requests(interval - 1), requests(interval));
    return IntStream.rangeClosed(interval - STEADY_INTERVALS, interval)
        .mapToObj(first -> IntStream.range(first, first + STEADY_INTERVALS))
        .map(some -> some.mapToLong(this::requests).summaryStatistics())
        .anyMatch(rate -> isSteady(rate) && most <= rate.getMax());
  }

  private static boolean isSteady(LongSummaryStatistics rate) {
    return rate.getMin() > 0 && rate.getMax() <= 2 * rate.getMin();
  }

  private long requests(int interval) {
    return isShort(interval) ? sum(interval - 1, interval, Moment::requests) : 0;
  }

  private long sum(int first, int last, ToLongFunction<Moment> counter) {
    return IntStream.range(first, last)
        .mapToLong(i -> moments.get(i + 1).since(moments.get(i), counter))
        .sum();
  }
}
