package io.cnimetrics.cloudwatchmodel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatisticTest {
  private static final double[] VALUES = {5, 0, 1, 9, 2, 8, 3, 7, 4, 6};

  @ParameterizedTest
  @CsvSource({
    "Sum, 45",
    "SampleCount, 10",
    "Average, 4.5",
    "Minimum, 0",
    "Maximum, 9",
    "p50, 4",
    "p90, 8",
    "p100, 9",
    "TC(0.5:), 9"
  })
  void isOfAllValues(String name, double expected) {
    assertThat(Statistic.of(name, VALUES)).isEqualTo(expected);
  }
}
