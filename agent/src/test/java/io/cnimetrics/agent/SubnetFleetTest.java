package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks the figures of the page on subnets. They are exact, because nothing here is random. */
class SubnetFleetTest {
  /** Within this time every node has called EC2 once. */
  private static final Duration FIRST = Duration.ofMinutes(10);

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Instant SETTLED = SubnetFleet.START.plus(FIRST);
  private static final Instant END = SETTLED.plus(HOUR);

  @ParameterizedTest(name = "{0} nodes in {1} subnets")
  @CsvSource({
    "1,1,1.00,1,0",
    "10,1,2.48,6,1",
    "10,3,8.00,10,1",
    "100,3,8.87,20,1",
    "1000,1,2.98,8,0",
    "1000,3,9.03,17,1",
    "10000,3,8.80,20,1"
  })
  void callsPerMinuteAndSubnetAreThreeForAnyNumberOfNodes(
      int nodes, int subnets, double callsPerMinute, int mostCalls, long longestGap) {
    SubnetFleet fleet = new SubnetFleet(nodes, subnets, 0).pass(FIRST.plus(HOUR));

    assertThat(fleet.callsPerMinute(SETTLED, END))
        .isLessThanOrEqualTo(3.02 * subnets)
        .isCloseTo(callsPerMinute, offset(0.005));
    assertThat(fleet.mostCalls(SETTLED, END)).isEqualTo(mostCalls);
    assertThat(fleet.longestGap(SETTLED, END)).isEqualTo(longestGap).isLessThanOrEqualTo(3);
  }

  @Test
  void gapsOfADayAreShort() {
    SubnetFleet fleet = new SubnetFleet(300, 1, 0).pass(FIRST.plus(Duration.ofDays(1)));
    Instant end = SETTLED.plus(Duration.ofDays(1));

    assertThat(fleet.callsPerMinute(SETTLED, end)).isBetween(2.9, 3.1);
    assertThat(fleet.longestGap(SETTLED, end)).isLessThanOrEqualTo(4);
  }

  @Test
  void clusterThatStartsAtOnceSpreadsItsFirstCalls() {
    SubnetFleet fleet = new SubnetFleet(1000, 3, 0).pass(FIRST.plus(HOUR));
    fleet.startAll();
    Instant again = END;
    fleet.pass(FIRST.plus(HOUR));

    assertThat(fleet.mostCalls(again, again.plus(FIRST))).isLessThan(130);
    assertThat(fleet.longestGap(again, again.plus(FIRST))).isZero();
    assertThat(fleet.callsPerMinute(again.plus(FIRST), again.plus(FIRST).plus(HOUR)))
        .isBetween(8.0, 10.0);
  }

  @Test
  void addressesOutsideTheClusterReduceTheCalls() {
    SubnetFleet alone = new SubnetFleet(300, 1, 0).pass(FIRST.plus(HOUR));
    SubnetFleet among = new SubnetFleet(300, 1, 9_000).pass(FIRST.plus(HOUR));

    assertThat(among.callsPerMinute(SETTLED, END))
        .isBetween(1.2, 1.8)
        .isLessThan(alone.callsPerMinute(SETTLED, END));
    assertThat(among.longestGap(SETTLED, END)).isLessThanOrEqualTo(5);
  }
}
