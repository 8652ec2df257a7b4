package io.cnimetrics.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Subnet;
import java.util.List;
import org.junit.jupiter.api.Test;

class PolledMinuteTest {
  @Test
  void increasesOfItsPollsAddUp() {
    PolledMinute minute = PolledMinute.of(Reports.healthy());
    double once = number(minute, "ipamdErr");

    assertThat(once).isPositive();
    assertThat(number(minute.and(Reports.healthy()), "ipamdErr")).isEqualTo(2 * once);
  }

  @Test
  void lastPollWithAStateGivesItsValue() {
    double first = number(PolledMinute.of(Reports.healthy()), "assignIPAddresses");
    double last = number(PolledMinute.of(Reports.prefixMode()), "assignIPAddresses");

    PolledMinute minute = PolledMinute.of(Reports.healthy()).and(Reports.prefixMode());
    PolledMinute failing = minute.and(Reports.unread());

    assertThat(last).isNotEqualTo(first);
    assertThat(number(minute, "assignIPAddresses")).isEqualTo(last);
    assertThat(number(failing, "assignIPAddresses")).isEqualTo(last);
    assertThat(number(failing, "ipamdUp")).as("one good poll is enough").isEqualTo(1);
  }

  @Test
  void eachSubnetIsASeparateSeries() {
    Report poll = Reports.healthy();
    Report asked =
        new Report(
            poll.node(),
            poll.origins(),
            poll.snapshot(),
            poll.reading(),
            List.of(new Subnet("subnet-1", 7, 251), new Subnet("subnet-2", 8, 251)));

    assertThat(PolledMinute.of(asked).and(asked).samples())
        .filteredOn(sample -> sample.metric().equals(MetricCatalog.SUBNET_FREE_IPS))
        .extracting(sample -> sample.value().orElseThrow())
        .containsExactly(7.0, 8.0);
  }

  private static double number(PolledMinute minute, String metric) {
    return minute.samples().stream()
        .filter(sample -> sample.metric().name().equals(metric))
        .mapToDouble(sample -> sample.value().orElseThrow())
        .sum();
  }
}
