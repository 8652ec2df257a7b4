package io.cnimetrics.recommend;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.LongStream;

/**
 * How the free addresses of a subnet change.
 *
 * @param free the least number of free addresses in the last day
 * @param lostPerDay how many addresses the subnet loses a day; negative if it gains addresses;
 *     empty with too little data
 * @param emptyAt when the subnet is empty at this rate, but not before the last hour; empty if the
 *     number does not fall
 */
public record SubnetTrend(
    String subnetId, int free, Optional<Double> lostPerDay, Optional<Instant> emptyAt) {
  private static final int HOURS = 24;
  private static final int RECENT_HOURS = 3 * HOURS;

  /** With fewer pairs of hours, one unusual hour can decide the rate. */
  private static final int LEAST_PAIRS = 12;

  /** A date after this number of days is too uncertain. */
  private static final double MOST_DAYS = 365;

  /**
   * Computes the trend. The number of pods has a daily rhythm. Therefore each hour is compared with
   * the same hour of the day before. The rate is the median of these differences in the last three
   * days, so that a few unusual hours change nothing.
   *
   * @param byHour for each hour since 1970, the least number of free addresses
   */
  public static SubnetTrend of(String subnetId, SortedMap<Long, Integer> byHour) {
    long last = byHour.lastKey();
    Map.Entry<Long, Integer> lowest =
        byHour.tailMap(last - HOURS + 1).entrySet().stream()
            .min(Map.Entry.comparingByValue())
            .orElseThrow();
    int free = lowest.getValue();
    double[] losses =
        LongStream.rangeClosed(last - RECENT_HOURS + 1, last)
            .filter(hour -> byHour.containsKey(hour) && byHour.containsKey(hour - HOURS))
            .mapToDouble(
                hour -> byHour.getOrDefault(hour - HOURS, 0) - byHour.getOrDefault(hour, 0))
            .sorted()
            .toArray();
    if (losses.length < LEAST_PAIRS) {
      return new SubnetTrend(subnetId, free, Optional.empty(), Optional.empty());
    }
    double rate = median(losses);
    double days = free / rate;
    Instant end = Instant.EPOCH.plus(Duration.ofHours(last));
    Optional<Instant> emptyAt =
        Optional.of(Instant.EPOCH.plus(Duration.ofHours(lowest.getKey())))
            .filter(lowestAt -> rate > 0 && days <= MOST_DAYS)
            .map(lowestAt -> lowestAt.plusSeconds((long) (days * 86_400)))
            .map(at -> at.isBefore(end) ? end : at);
    return new SubnetTrend(subnetId, free, Optional.of(rate), emptyAt);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    double[] middles = Arrays.copyOfRange(sorted, (sorted.length - 1) / 2, middle + 1);
    return Arrays.stream(middles).average().orElseThrow();
  }
}
