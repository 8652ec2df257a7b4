package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.Fleet.RequestLoad;
import io.cnimetrics.publish.MetricSink;
import java.time.Duration;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plan of a fleet of 1,000 nodes, compared with the requests of its agents. */
class PlannedRequestsTest {
  /** A multiple of each publish interval in these tests. */
  private static final Duration WATCHED = Duration.ofMinutes(10);

  private static final double UNLIMITED = 1e6;
  private static final Percentage ONE_PERCENT = Percentage.withPercentage(1);

  @ParameterizedTest
  @CsvSource({"1, 1", "5, 1", "2, 7"})
  void quietFleetSendsThePlannedRequests(int minutes, int sets) {
    RequestLoad planned = fleet(minutes, sets).scheduled();
    ModelFleet fleet = watched(new ModelFleet(fleet(minutes, sets), sets, false, UNLIMITED));

    assertThat((double) fleet.requests()).isCloseTo(inAll(planned), ONE_PERCENT);
    assertThat(fleet.worstSecond()).isEqualTo(planned.worstSecond());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5})
  void fleetWithNewAlertsEachMinuteSendsThePlannedMaximum(int minutes) {
    RequestLoad planned = fleet(minutes, 1).everyMinute();
    ModelFleet fleet = watched(new ModelFleet(fleet(minutes, 1), 1, true, UNLIMITED));

    assertThat((double) fleet.requests()).isCloseTo(inAll(planned), ONE_PERCENT);
    assertThat(fleet.worstSecond()).isEqualTo(planned.worstSecond());
  }

  @Test
  void partlyFilledRequestsArePlannedAsTheyAreSent() {
    // With this number of sets, three minutes nearly fill one request, and five minutes need two.
    int sets = MetricSink.MOST_DATUMS / 3 / ModelPublisher.EACH_MINUTE.size();
    RequestLoad planned = fleet(5, sets).scheduled();
    ModelFleet fleet = watched(new ModelFleet(fleet(5, sets), sets, false, UNLIMITED));

    assertThat((double) fleet.requests()).isCloseTo(inAll(planned), ONE_PERCENT);
    assertThat(fleet.worstSecond()).isLessThanOrEqualTo(planned.worstSecond());
  }

  @Test
  void restartedFleetSendsOnceAtItsStopAndOnceAtItsStart() {
    ModelFleet fleet = new ModelFleet(fleet(1, 1), 1, false, UNLIMITED);
    fleet.pass(Duration.ofMinutes(2));
    fleet.forgetRequests();
    fleet.restart();
    fleet.pass(Duration.ofMillis(2));

    assertThat(fleet.requests()).isEqualTo(fleet(1, 1).restartRequests());
  }

  private static Fleet fleet(int minutes, int sets) {
    return new Fleet(
        1_000, Duration.ofMinutes(minutes), ModelPublisher.EACH_MINUTE.size() * sets, true);
  }

  /** The requests after the first send of all nodes. */
  private static ModelFleet watched(ModelFleet fleet) {
    fleet.pass(Duration.ofMinutes(6));
    fleet.forgetRequests();
    fleet.pass(WATCHED);
    return fleet;
  }

  private static double inAll(RequestLoad load) {
    return load.perSecond() * WATCHED.toSeconds();
  }
}
