package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.Fleet.RequestLoad;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Runs 1,000 nodes in place of 10,000. CloudWatch accepts a tenth of the real request rate. */
class FleetRunTest {
  private static final double TENTH_OF_QUOTA = RequestLoad.QUOTA_PER_SECOND / 10.0;
  private static final Fleet FLEET =
      new Fleet(1_000, Duration.ofMinutes(1), ModelPublisher.EACH_MINUTE.size(), true);
  private static final FleetRun RUN = FleetRun.of(FLEET, TENTH_OF_QUOTA);

  @Test
  void nothingIsLostOrDoubled() {
    assertThat(RUN.wrongMinutes()).isZero();
  }

  @Test
  void workingFleetIsNotThrottled() {
    assertThat(RUN.atWork().throttledShare()).isZero();
    assertThat((double) RUN.atWork().worstSecond()).isLessThanOrEqualTo(TENTH_OF_QUOTA);
    assertThat(RUN.atWork().age(1)).isLessThan(Duration.ofSeconds(31));
  }

  @Test
  void retriesOfAnOutageStayUnderTheQuota() {
    assertThat(RUN.outage().perSecond()).isLessThan(TENTH_OF_QUOTA);
  }

  @Test
  void backlogIsSentWithinTwoMinutes() {
    assertThat(RUN.back().throttledShare()).isLessThan(0.05);
    assertThat(RUN.back().untilCaughtUp()).isLessThan(Duration.ofMinutes(2));
  }

  @Test
  void restartedFleetIsNotThrottledAfterTwoMinutes() {
    assertThat(RUN.restarted().untilCalm()).isLessThan(Duration.ofMinutes(2));
    assertThat(RUN.restarted().untilCaughtUp()).isLessThan(Duration.ofMinutes(2));
  }
}
