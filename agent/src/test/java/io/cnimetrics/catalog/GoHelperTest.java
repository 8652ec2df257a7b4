package io.cnimetrics.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GoHelperTest {
  @Test
  void twentyMetricsHaveTheNamesOfTheHelper() {
    assertThat(MetricCatalog.all().stream().filter(MetricCatalog::isInGoHelper))
        .extracting(Metric::name)
        .containsExactlyInAnyOrder(
            "assignIPAddresses",
            "totalIPAddresses",
            "totalIPv4Prefixes",
            "totalAssignedIPv4sPerCidr",
            "eniAllocated",
            "eniMaxAvailable",
            "maxIPAddresses",
            "awsAPILatency",
            "awsAPIErr",
            "awsUtilErr",
            "ipamdErr",
            "forceRemoveENI",
            "forceRemoveIPs",
            "ipamdActionInProgress",
            "reconcileCount",
            "addReqCount",
            "delReqCount",
            "podENIErr",
            "ec2ApiReqCount",
            "ec2ApiErrCount");
  }
}
