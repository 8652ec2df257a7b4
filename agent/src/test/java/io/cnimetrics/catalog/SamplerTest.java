package io.cnimetrics.catalog;

import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.eni;
import static io.cnimetrics.testing.Snapshots.ipv6;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static io.cnimetrics.testing.Snapshots.prefixed;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private final Sampler sampler =
      new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START.minusSeconds(60));
  private SamplerState history = SamplerState.NONE;

  @Test
  void failedIntrospectionLeavesItsGaugesAbsent() {
    Map<String, Double> values = poll(full(5).enis(eni(0, 14, 3, 0)));
    assertThat(values).containsKeys("eniAllocated", "availableIPAddresses", "nodeIPUtilization");

    values = poll(full(5));

    assertThat(values)
        .doesNotContainKeys(
            "eniAllocated",
            "totalIPAddresses",
            "assignIPAddresses",
            "availableIPAddresses",
            "coolingIPAddresses",
            "effectiveMaxIPAddresses",
            "nodeIPUtilization",
            "totalIPv4Prefixes",
            "totalAssignedIPv4sPerCidr",
            "warmPoolEmptyMinutes")
        .containsEntry("ipamdUp", 0.0)
        .containsEntry("eniMaxAvailable", 4.0)
        .containsKey("ipamdErr");
  }

  @Test
  void failedReadOfMetricsLeavesTheirValuesAbsent() {
    Map<String, Double> values = poll(nothingRead().type("m5.xlarge").enis(eni(0, 14, 3, 1)));

    assertThat(values)
        .doesNotContainKeys(
            "eniMaxAvailable", "maxIPAddresses", "ipamdErr", "noAddressMinutes", "ipamdRestarts")
        .containsEntry("eniAllocated", 1.0)
        .containsEntry("totalIPAddresses", 14.0)
        .containsEntry("assignIPAddresses", 3.0)
        .containsEntry("coolingIPAddresses", 1.0)
        .containsEntry("availableIPAddresses", 10.0)
        .containsEntry("effectiveMaxIPAddresses", 56.0)
        .containsEntry("nodeIPUtilization", 100.0 * 3 / 56);
  }

  @Test
  void gaugesReplaceListsOnlyIfIntrospectionIsOff() {
    Snapshots gauges =
        full(5)
            .sum("awscni_eni_allocated", 2)
            .sum("awscni_total_ip_addresses", 28)
            .sum("awscni_assigned_ip_addresses", 7)
            .sum("awscni_assigned_ip_per_cidr", 6)
            .sum("awscni_total_ipv4_prefixes", 0);
    assertThat(poll(gauges)).doesNotContainKey("eniAllocated").containsEntry("ipamdUp", 0.0);

    assertThat(poll(gauges.introspectionOff()))
        .containsEntry("eniAllocated", 2.0)
        .containsEntry("totalIPAddresses", 28.0)
        .containsEntry("assignIPAddresses", 7.0)
        .containsEntry("totalAssignedIPv4sPerCidr", 6.0)
        .containsEntry("totalIPv4Prefixes", 0.0)
        .containsEntry("nodeIPUtilization", 12.5)
        .containsEntry("ipamdUp", 1.0)
        .doesNotContainKeys("availableIPAddresses", "coolingIPAddresses");
  }

  @Test
  void gaugesBelowZeroAreZero() {
    assertThat(poll(nothingRead().enis().sum("awscni_eni_max", -3).sum("awscni_ip_max", -87)))
        .containsEntry("eniMaxAvailable", 0.0)
        .containsEntry("maxIPAddresses", 0.0)
        .containsEntry("effectiveMaxIPAddresses", 0.0)
        .doesNotContainKey("nodeIPUtilization");
  }

  @Test
  void valuesThatCloudWatchRefusesAreAbsent() {
    assertThat(
            poll(
                nothingRead()
                    .sum("awscni_eni_max", Double.NaN)
                    .sum("awscni_ip_max", Double.POSITIVE_INFINITY)
                    .sum("awscni_ipamd_action_inprogress", 1e300)))
        .doesNotContainKeys("eniMaxAvailable", "maxIPAddresses", "ipamdActionInProgress");
  }

  @Test
  void utilizationIsNotCapped() {
    assertThat(
            poll(
                nothingRead()
                    .enis(eni(0, 14, 14, 0))
                    .sum("awscni_eni_max", 1)
                    .sum("awscni_ip_max", 7)))
        .containsEntry("nodeIPUtilization", 200.0);
  }

  @Test
  void ipv6HasNoTotalsAndNoRatio() {
    assertThat(poll(nothingRead().enis(ipv6(0, 5)).metrics()))
        .containsEntry("assignIPAddresses", 5.0)
        .containsEntry("totalAssignedIPv4sPerCidr", 0.0)
        .doesNotContainKeys(
            "totalIPAddresses",
            "availableIPAddresses",
            "effectiveMaxIPAddresses",
            "nodeIPUtilization",
            "warmPoolEmptyMinutes");
  }

  @Test
  void downMinutesCountMinutesInWhichNoPollReadIpamd() {
    assertThat(downMinutes(0, false)).isEqualTo(1);
    assertThat(downMinutes(30, false)).isEqualTo(1);
    assertThat(downMinutes(60, false)).isEqualTo(2);
    assertThat(downMinutes(120, false)).isEqualTo(3);
    assertThat(downMinutes(150, true)).isZero();
    assertThat(downMinutes(170, false)).as("one good poll makes the minute good").isZero();
    assertThat(downMinutes(180, false)).isEqualTo(1);
  }

  @Test
  void refusalsContinueOverOneQuietMinuteAndEndAfterTwo() {
    assertThat(noAddressMinutes(0, 5)).as("baseline").isNaN();
    assertThat(noAddressMinutes(30, 5)).isZero();
    assertThat(noAddressMinutes(60, 6)).isEqualTo(1);
    assertThat(noAddressMinutes(120, 6)).as("first quiet minute").isEqualTo(1);
    assertThat(noAddressMinutes(180, 7)).isEqualTo(3);
    assertThat(noAddressMinutes(240, 9)).isEqualTo(4);
    assertThat(noAddressMinutes(300, 9)).isEqualTo(4);
    assertThat(noAddressMinutes(360, 9)).as("second quiet minute").isZero();
    assertThat(noAddressMinutes(420, 10)).isEqualTo(1);
  }

  @Test
  void refusalsEndAfterTwoQuietMinutesAlsoIfTheClockWasSetBack() {
    noAddressMinutes(3_600, 5);
    assertThat(noAddressMinutes(3_660, 6)).isEqualTo(1);
    assertThat(noAddressMinutes(3_720, 7)).isEqualTo(2);

    assertThat(noAddressMinutes(120, 7)).as("first quiet minute").isEqualTo(2);
    assertThat(noAddressMinutes(180, 7)).isEqualTo(2);
    assertThat(noAddressMinutes(240, 7)).as("two quiet minutes later").isZero();
    assertThat(noAddressMinutes(300, 8)).isEqualTo(1);
  }

  @Test
  void downMinutesAreCountedAlsoIfTheClockWasSetBack() {
    assertThat(downMinutes(3_600, false)).isEqualTo(1);
    assertThat(downMinutes(3_660, false)).isEqualTo(2);
    assertThat(downMinutes(60, false)).isEqualTo(2);
    assertThat(downMinutes(120, false)).isEqualTo(3);
    assertThat(downMinutes(150, true)).isZero();

    assertThat(downMinutes(3_600, true)).isZero();
    assertThat(downMinutes(60, false)).isEqualTo(1);
  }

  @Test
  void podsWithoutInstanceMetadataCountAsPodsWithoutAddress() {
    poll(full(5));

    Map<String, Double> values =
        poll(full(5).sum(MetricCatalog.METADATA_ERRORS, 2).at(START.plusSeconds(60)));

    assertThat(values)
        .containsEntry("awsAPIMetadataErr", 2.0)
        .containsEntry("noAvailableIPAddrs", 0.0)
        .containsEntry("noAddressMinutes", 1.0);
  }

  @Test
  void crashLoopShowsAlthoughEachPollIsGood() {
    assertThat(recentRestarts(0, -3600)).as("baseline").isNaN();
    assertThat(recentRestarts(30, -3600)).isZero();
    assertThat(recentRestarts(60, 50)).isEqualTo(1);
    assertThat(recentRestarts(75, 70)).isEqualTo(2);
    assertThat(recentRestarts(120, 100)).isEqualTo(3);
    assertThat(recentRestarts(15 * 60 + 30, 100))
        .as("the minute of the first is recent")
        .isEqualTo(3);
    assertThat(recentRestarts(16 * 60, 100)).isEqualTo(1);
    assertThat(recentRestarts(17 * 60, 100)).isZero();
  }

  @Test
  void minuteWithoutIpamdDoesNotHideTheRestarts() {
    recentRestarts(0, 0);
    recentRestarts(60, 50);

    assertThat(poll(nothingRead().at(START.plusSeconds(120))))
        .doesNotContainKey("ipamdRecentRestarts");
    assertThat(recentRestarts(180, 50)).isEqualTo(1);
  }

  @Test
  void addressesFoundInPlaceAreNoCorrections() {
    Series reconciled = Series.of("awscni_reconcile_count");
    Series corrected = MetricCatalog.POOL_CORRECTIONS.onlySeries();
    poll(full(0).sum(reconciled, 0).sum(corrected, 0));

    assertThat(poll(full(0).sum(reconciled, 51).sum(corrected, 1).at(START.plusSeconds(60))))
        .containsEntry("reconcileCount", 51.0)
        .containsEntry("poolCorrections", 1.0);
  }

  @Test
  void warmPoolIsEmptyWhileThePoolMayGrow() {
    assertThat(warmPoolEmptyMinutes(0, 14, 14)).isEqualTo(1);
    assertThat(warmPoolEmptyMinutes(60, 28, 28)).isEqualTo(2);
    assertThat(warmPoolEmptyMinutes(90, 42, 28)).isZero();
    assertThat(warmPoolEmptyMinutes(120, 56, 56)).as("full: it may not grow").isZero();
  }

  @Test
  void pollWithoutMetricsKeepsTheLastMode() {
    Snapshots mixed =
        nothingRead()
            .type("m5.large")
            .enis(eni(0, 9, 3, 0), prefixed(1, 2, 0))
            .sum("awscni_eni_max", 3)
            .sum("awscni_ip_max", 27);
    assertThat(poll(mixed)).containsEntry("availableIPAddresses", 6.0);

    Snapshots blind = nothingRead().type("m5.large").enis(eni(0, 9, 3, 0), prefixed(1, 2, 0));

    assertThat(poll(blind)).containsEntry("availableIPAddresses", 6.0);
  }

  @Test
  void everyMetricHasADescriptionAndAUniqueName() {
    assertThat(MetricCatalog.all()).extracting(Metric::name).doesNotHaveDuplicates();
    assertThat(MetricCatalog.all())
        .allSatisfy(metric -> assertThat(metric.description()).endsWith("."));
    assertThat(MetricCatalog.all()).filteredOn(Metric::core).hasSize(6);
  }

  private double downMinutes(long second, boolean up) {
    Snapshots snapshot = nothingRead().at(START.plusSeconds(second));
    return poll(up ? snapshot.enis() : snapshot).getOrDefault("ipamdDownMinutes", Double.NaN);
  }

  private double noAddressMinutes(long second, double total) {
    return poll(full(total).at(START.plusSeconds(second)))
        .getOrDefault("noAddressMinutes", Double.NaN);
  }

  private double recentRestarts(long second, long processStart) {
    return poll(full(0)
            .processStart((double) START.plusSeconds(processStart).getEpochSecond())
            .at(START.plusSeconds(second)))
        .getOrDefault("ipamdRecentRestarts", Double.NaN);
  }

  private double warmPoolEmptyMinutes(long second, long total, long assigned) {
    Instant time = START.plus(Duration.ofSeconds(second));
    return poll(full(0).enis(eni(0, total, assigned, 0)).at(time))
        .getOrDefault("warmPoolEmptyMinutes", Double.NaN);
  }

  /** The metrics that ipamD shows on an m5.xlarge. */
  private static Snapshots full(double refusals) {
    return nothingRead()
        .sum("awscni_eni_max", 4)
        .sum("awscni_ip_max", 56)
        .sum("awscni_no_available_ip_addresses", refusals);
  }

  private Map<String, Double> poll(Snapshots snapshot) {
    Sampler.PollSamples reading = sampler.read(snapshot.build(), history);
    history = reading.history();
    return values(reading.samples());
  }

  static Map<String, Double> values(List<Sample> samples) {
    Map<String, Double> values = new TreeMap<>();
    for (Sample sample : samples) {
      values.put(sample.metric().name(), sample.value().orElse(Double.NaN));
    }
    return values;
  }
}
