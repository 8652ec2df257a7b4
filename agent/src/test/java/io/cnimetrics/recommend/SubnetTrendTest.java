package io.cnimetrics.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubnetTrendTest {
  private static final int START = 490_000;
  private static final int DAY = 24;
  private static final int WEEK = 7 * DAY;

  @Test
  void linearFallGivesTheDay() {
    SubnetTrend trend = trend(WEEK, hour -> 4_000 - 10 * hour);

    assertThat(trend.free()).isEqualTo(4_000 - 10 * (WEEK - 1));
    assertThat(trend.lostPerDay()).contains(240.0);
    assertThat(trend.emptyAt()).contains(at(400));
  }

  /** Each day, the subnet has the fewest free addresses in the hour with the most pods. */
  @Test
  void rhythmAndNoiseChangeTheDateByLessThanADay() {
    Random random = new Random(1);
    SubnetTrend trend =
        trend(
            WEEK,
            hour ->
                (int) (4_000 - 10 * hour + 300 * Math.sin(Math.PI * hour / 12))
                    + random.nextInt(41)
                    - 20);

    assertThat(trend.lostPerDay().orElseThrow()).isCloseTo(240, within(15.0));
    assertThat(Duration.between(at(370), trend.emptyAt().orElseThrow()).abs())
        .isLessThan(Duration.ofDays(2));
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 12, 23, 40, 90})
  void oneStepIsNoFall(int hoursAgo) {
    SubnetTrend trend = trend(WEEK, hour -> hour < WEEK - hoursAgo ? 4_000 : 1_000);

    assertThat(trend.free()).isEqualTo(1_000);
    assertThat(trend.lostPerDay()).contains(0.0);
    assertThat(trend.emptyAt()).isEmpty();
  }

  @Test
  void refillDoesNotHideTheFall() {
    SubnetTrend trend = trend(WEEK, hour -> (hour < WEEK - 40 ? 2_000 : 3_000) - 10 * hour);

    assertThat(trend.lostPerDay()).contains(240.0);
    assertThat(trend.emptyAt()).contains(at(300));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 500, Integer.MAX_VALUE})
  void flatSubnetIsNeverEmptied(int free) {
    SubnetTrend trend = trend(WEEK, hour -> free);

    assertThat(trend.free()).isEqualTo(free);
    assertThat(trend.lostPerDay()).contains(0.0);
    assertThat(trend.emptyAt()).isEmpty();
  }

  @Test
  void risingSubnetHasNoDate() {
    assertThat(trend(WEEK, hour -> 100 + hour).emptyAt()).isEmpty();
  }

  @Test
  void fallOfOverAYearHasNoDate() {
    assertThat(trend(WEEK, hour -> 60_000 - hour / DAY).emptyAt()).isEmpty();
  }

  /** The pods end at night, so the last day's hour with the fewest free addresses is long ago. */
  @Test
  void dateIsNotBeforeTheLastHour() {
    SubnetTrend trend = trend(WEEK, hour -> (hour % DAY == 0 ? 1_710 : 3_000) - 280 * (hour / DAY));

    assertThat(trend.free()).isEqualTo(30);
    assertThat(trend.emptyAt()).contains(at(WEEK - 1));
  }

  @Test
  void gapsAreNoFall() {
    SortedMap<Long, Integer> hours = hours(WEEK, hour -> 4_000 - 10 * hour);
    hours.keySet().removeIf(hour -> hour % 3 == 0);

    assertThat(SubnetTrend.of("subnet-1", hours).lostPerDay()).contains(240.0);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 24, 35})
  void fewHoursGiveNoRate(int count) {
    SubnetTrend trend = trend(count, hour -> 4_000 - 10 * hour);

    assertThat(trend.free()).isEqualTo(4_000 - 10 * (count - 1));
    assertThat(trend.lostPerDay()).isEmpty();
    assertThat(trend.emptyAt()).isEmpty();
  }

  private static SubnetTrend trend(int count, IntUnaryOperator free) {
    return SubnetTrend.of("subnet-1", hours(count, free));
  }

  private static SortedMap<Long, Integer> hours(int count, IntUnaryOperator free) {
    SortedMap<Long, Integer> hours = new TreeMap<>();
    for (int hour = 0; hour < count; hour++) {
      hours.put((long) START + hour, free.applyAsInt(hour));
    }
    return hours;
  }

  private static Instant at(int hour) {
    return Instant.EPOCH.plus(Duration.ofHours((long) START + hour));
  }
}
