package io.cnimetrics.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScenarioTest {
  @Test
  void unknownInstanceTypeIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Scenario.of("m5.nano"))
        .withMessageContaining("'m5.nano'")
        .withMessageContaining("m5.xlarge");
  }

  @ParameterizedTest
  @CsvSource({
    "m5.xlarge,  false, 58",
    "m5.xlarge,  true,  110",
    "t2.large,   false, 35",
    "m5.8xlarge, false, 234",
    "m5.24xlarge, true, 250",
    "m5.metal,   true,  250",
  })
  void maxPodsFollowTheInstanceType(String instanceType, boolean prefixDelegation, int maxPods) {
    Scenario scenario = Scenario.of(instanceType).prefixDelegation(prefixDelegation);

    assertThat(scenario.maxPods()).isEqualTo(maxPods);
  }

  @Test
  void prefixesNeedARelease19() {
    Scenario old =
        Scenario.of("m5.xlarge").prefixDelegation(true).cniVersion(CniVersion.parse("v1.8.0"));

    assertThat(old.problem().orElseThrow()).contains("v1.8.0", "v1.9.0");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, 1001, Double.NaN, Double.POSITIVE_INFINITY})
  void invalidSpeedIsRejected(double speed) {
    Scenario tooFast = Scenario.of("m5.xlarge").speed(speed);

    assertThat(tooFast.problem().orElseThrow()).contains("speed");
  }

  @ParameterizedTest
  @CsvSource({
    "20,        0,  20",
    "20,        99, 20",
    "0:40:0.5,  0,  0",
    "0:40:0.5,  3,  1",
    "0:40:0.5,  90, 40",
    "40:10:2,   5,  30",
    "40:10:2,   60, 10",
    "'0:40:0.5,40:5:2',      80,  40",
    "'0:40:0.5,40:5:2',      85,  30",
    "'0:40:0.5,40:5:2',      900, 5",
    "'0:40:0.5,40:60s,40:5:2', 139, 40",
    "'0:40:0.5,40:60s,40:5:2', 141, 38",
    "'0:10s,5',              9,   0",
    "'0:10s,5',              10,  5",
  })
  void podsFollowTheirSchedule(String schedule, int seconds, int pods) {
    assertThat(PodSchedule.parse(schedule).wantedAt(Duration.ofSeconds(seconds))).isEqualTo(pods);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "-1", "many", "1:2", "1:2:", "1:2:-3", "1:2:0", "1:2:3:4", "1e3", "1,", "1:s", ",1"
      })
  void invalidScheduleIsRejected(String schedule) {
    assertThatIllegalArgumentException().isThrownBy(() -> PodSchedule.parse(schedule));
  }

  @Test
  void invalidScheduleIsNamedWithTheExpectedForm() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PodSchedule.parse("many"))
        .withMessageContaining("'many'")
        .withMessageContaining("FROM:TO:RATE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hang", "hang@all", "hang@introspection", "hang@introspection:0-60"})
  void failureWithoutPlaceAndWindowIsEverywhere(String failure) {
    assertThat(HttpFault.parse(failure).appliesTo(Source.INTROSPECTION, Duration.ZERO)).isTrue();
  }

  @Test
  void windowIncludesItsStartAndNotItsEnd() {
    HttpFault failure = HttpFault.parse("500@metrics:60s-120s");

    assertThat(failure.kind()).isEqualTo(HttpFault.Kind.STATUS_500);
    assertThat(failure.appliesTo(Source.METRICS, Duration.ofMillis(59_999))).isFalse();
    assertThat(failure.appliesTo(Source.METRICS, Duration.ofMinutes(1))).isTrue();
    assertThat(failure.appliesTo(Source.METRICS, Duration.ofMinutes(2))).isFalse();
    assertThat(failure.appliesTo(Source.INTROSPECTION, Duration.ofMinutes(1))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "explode", "hang@imds", "hang:60", "hang:120-60", "500@metrics:a-b"})
  void invalidFailureIsRejected(String failure) {
    assertThatIllegalArgumentException().isThrownBy(() -> HttpFault.parse(failure));
  }

  @ParameterizedTest
  @CsvSource({"v1.23.1, v1.23.1", "1.4.1, v1.4.1", "v1.20.4-eksbuild.2, v1.20.4"})
  void releaseIsRead(String text, String release) {
    assertThat(CniVersion.parse(text)).hasToString(release);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "v2.0.0", "v1.23", "latest"})
  void invalidReleaseIsNamed(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CniVersion.parse(text))
        .withMessageContaining("'" + text + "'");
  }
}
