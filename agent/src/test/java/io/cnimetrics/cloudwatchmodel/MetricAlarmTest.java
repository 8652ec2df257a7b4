package io.cnimetrics.cloudwatchmodel;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.cloudwatchmodel.MetricAlarm.Point;
import io.cnimetrics.cloudwatchmodel.MetricAlarm.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The examples of alarms and missing data in CloudWatch's manual: five periods of which three are
 * evaluated, oldest first. 0 is normal, X breaches, - is missing.
 */
class MetricAlarmTest {
  @ParameterizedTest
  @CsvSource({
    "3, 0-X-X, OK, OK, OK",
    "3, ----0, OK, OK, OK",
    "3, -----, INSUFFICIENT_DATA, ALARM, OK",
    "3, 0XX-X, ALARM, ALARM, ALARM",
    "3, --X--, ALARM, ALARM, OK",
    "2, 0-X-X, ALARM, ALARM, ALARM",
    "2, 00X0X, ALARM, ALARM, ALARM",
    "2, 0-X--, OK, ALARM, OK",
    "2, ----0, OK, ALARM, OK",
    "2, ---X-, ALARM, ALARM, OK"
  })
  void stateByDatapointsOfThree(
      int datapoints, String points, State missing, State breaching, State notBreaching) {
    assertThat(state(datapoints, "missing", points)).isEqualTo(missing);
    assertThat(state(datapoints, "breaching", points)).isEqualTo(breaching);
    assertThat(state(datapoints, "notBreaching", points)).isEqualTo(notBreaching);
  }

  private static State state(int datapoints, String missing, String oldestFirst) {
    List<Point> points = new ArrayList<>();
    oldestFirst
        .chars()
        .forEach(
            each ->
                points.add(
                    each == '0' ? Point.FINE : each == 'X' ? Point.BREACHING : Point.MISSING));
    Collections.reverse(points);
    return new MetricAlarm(
            "alarm",
            new Queries(),
            "GreaterThanThreshold",
            1,
            Duration.ofMinutes(1),
            datapoints,
            3,
            missing)
        .state(points);
  }
}
