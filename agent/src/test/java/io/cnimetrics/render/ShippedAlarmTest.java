package io.cnimetrics.render;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.MetricCatalog;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShippedAlarmTest {
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SUBNET_EMPTY")
  void looksAtMetricsOfTheCatalogue(ShippedAlarm alarm) {
    assertThat(MetricCatalog.names()).containsAll(alarm.metrics());
  }
}
