package io.cnimetrics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cnimetrics.plan.Fleet.RequestLoad;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetTest {
  @Test
  void nodeThatSendsEachMinuteMakes43200RequestsAMonth() {
    RequestLoad load = fleet(1, 1, 33).scheduled();

    assertThat(load).isEqualTo(new RequestLoad(1 / 60.0, 1, 43_200));
  }

  @Test
  void worstSecondIsNotFarAboveTheMeanOfTheFirstHalfMinute() {
    RequestLoad load = fleet(10_000, 1, 33).scheduled();

    assertThat(load.worstSecond()).isBetween(10_000 / 30, 10_000 / 30 * 5 / 4);
  }

  @Test
  void longerIntervalSpreadsRequestsOverItsMinutes() {
    RequestLoad load = fleet(10_000, 5, 33).scheduled();

    assertThat(load.perSecond()).isEqualTo(10_000 / 300.0);
    assertThat(load.worstSecond()).isBetween(10_000 / 150, 10_000 / 150 * 2);
    assertThat(fleet(10_000, 5, 33).everyMinute()).isEqualTo(fleet(10_000, 1, 33).scheduled());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "200, 1", "201, 2", "333, 2", "334, 3", "1000, 5"})
  void requestsAreFilledWithWholeMinutes(int datums, int requests) {
    assertThat(fleet(1, 5, datums).scheduled().perMonth()).isEqualTo(requests * 8_640L);
  }

  @Test
  void restartMakesOneMoreRequestIfStartsAreCounted() {
    assertThat(fleet(7, 1, 33).restartRequests()).isEqualTo(14);
    assertThat(new Fleet(7, Duration.ofMinutes(1), 33, false).restartRequests()).isEqualTo(7);
  }

  @Test
  void namesAreThoseOfEc2AndDiffer() {
    Fleet largest = fleet(Fleet.MOST_NODES, 1, 33);

    assertThat(fleet(300, 1, 33).names()).contains("ip-10-0-1-23.ec2.internal");
    assertThat(largest.names().distinct()).hasSize(Fleet.MOST_NODES);
  }

  @Test
  void impossibleFleetIsRejected() {
    assertThatIllegalArgumentException().isThrownBy(() -> fleet(0, 1, 33));
    assertThatIllegalArgumentException().isThrownBy(() -> fleet(Fleet.MOST_NODES + 1, 1, 33));
    assertThatIllegalArgumentException().isThrownBy(() -> fleet(1, 1, 1_001));
  }

  private static Fleet fleet(int nodes, int minutes, int datums) {
    return new Fleet(nodes, Duration.ofMinutes(minutes), datums, true);
  }
}
