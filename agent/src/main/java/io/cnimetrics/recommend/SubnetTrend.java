package io.cnimetrics.recommend;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.stream.LongStream;

/**
 * The change of the free addresses of a subnet.
 *
 * @param free the least number of free addresses in the last day
 * @param lostPerDay how many addresses the subnet loses a day; negative if it gains addresses;
 *     empty if there is too little data
 * @param emptyAt when the subnet has no free address left at this rate, at the earliest the last
 *     hour of the data; empty if the number does not fall
 */
public record SubnetTrend(
    String subnetId, int free, Optional<Double> lostPerDay, Optional<Instant> emptyAt) {
  private static final int HOURS = 24;
  private static final int HOUR_SECONDS = 3_600;

  /** With fewer compared pairs of hours, one unusual hour could decide the rate. */
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
        LongStream.rangeClosed(last - 3 * HOURS + 1, last)
            .filter(hour -> byHour.containsKey(hour) && byHour.containsKey(hour - HOURS))
            .mapToDouble(
                hour -> byHour.getOrDefault(hour - HOURS, 0) - byHour.getOrDefault(hour, 0))
            .sorted()
            .toArray();
    if (losses.length < LEAST_PAIRS) {
      return new SubnetTrend(subnetId, free, Optional.empty(), Optional.empty());
    }
    double rate = (losses[(losses.length - 1) / 2] + losses[losses.length / 2]) / 2;
    double days = free / rate;
    long emptyAt = lowest.getKey() * HOUR_SECONDS + (long) (days * HOURS * HOUR_SECONDS);
    return new SubnetTrend(
        subnetId,
        free,
        Optional.of(rate),
        rate > 0 && days <= MOST_DAYS
            ? Optional.of(Instant.ofEpochSecond(Math.max(emptyAt, last * HOUR_SECONDS)))
            : Optional.empty());
  }
}
