package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.Scenario;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Doctor finds the problem of each named scenario. It reads the simulated ipamD over sockets. */
class ScenariosTest {
  @ParameterizedTest(name = "{0}, {1} polls: {2} {3}")
  @CsvSource(
      textBlock =
          """
          ipamd-down,             1, fail, introspection, 'ipamD does not run, or failed to start'
          ipamd-down,             1, warn, metrics, ipamD's metrics cannot be read
          introspection-off,      1, fail, introspection, 'ipamD runs, but its introspection does not answer'
          introspection-hangs,    1, fail, introspection, ipamD does not answer in time
          introspection-garbage,  1, fail, introspection, The answer is not ipamD's introspection
          old-port,               1, fail, introspection, Introspection is on the port of old releases
          metrics-off,            1, warn, metrics, ipamD's metrics cannot be read
          flapping,               2, warn, ipamd-restarts, ipamD restarted while doctor watched
          flapping,               3, fail, ipamd-restarts, ipamD restarts repeatedly
          just-restarted,         1, note, ipamd-restarts, ipamD restarted in the last 10 minutes
          slow-start,             1, note, ipamd-start, ipamD started slowly
          crash-loop,             2, warn, ipamd-restarts, ipamD restarted while doctor watched
          crash-loop,             3, fail, ipamd-restarts, ipamD restarts repeatedly
          missing-policy,         1, fail, introspection, 'ipamD does not run, or failed to start'
          rights-removed,         1, fail, ec2-denied, EC2 denies calls of ipamD
          subnet-empty-at-start,  1, fail, no-addresses, The node has no address for pods
          subnet-empty-at-start,  1, fail, ec2-no-addresses, The subnet has too few free addresses
          subnet-empty,           1, warn, warm-pool, The warm pool is empty below the node's maximum
          subnet-empty,           2, fail, warm-pool, The warm pool stays empty although it may grow
          subnet-empty,           1, fail, ec2-no-addresses, The subnet has too few free addresses
          subnet-empty,           1, warn, ipamd-errors, ipamD could not add addresses to an ENI
          subnet-empty,           1, warn, refused-pods, ipamD refused addresses to pods
          subnet-empty,           2, fail, refused-pods, ipamD refuses addresses to pods
          subnet-was-empty,       2, note, ec2-no-addresses, The subnet had too few free addresses
          subnet-fragmented,      1, fail, ec2-no-prefixes, The subnet has no free /28
          throttled,              1, fail, ec2-throttled, EC2 throttles ipamD
          eni-limit,              1, fail, ec2-eni-limit, ipamD requests more addresses than an ENI can hold
          attachment-limit,       2, warn, ec2-attachment-limit, ipamD attaches more ENIs than the type permits
          security-group-gone,    1, fail, ec2-security-group, The security group for new ENIs does not exist
          eniconfig-missing,      2, fail, eniconfig, 'ipamD finds no ENIConfig, or keeps a slot for a trunk ENI'
          hyperpod-attach-denied, 1, fail, ec2-denied, EC2 denies calls of ipamD
          metadata-away,          1, warn, metadata-away, Instance metadata did not answer ipamD
          ipv6-no-prefix,         2, fail, ec2-denied, EC2 denied the call for an IPv6 prefix
          ipv6-no-prefix,         2, fail, ipv6-prefix, The node has no IPv6 prefix
          leaked-addresses,       2, fail, leaked-addresses, 'ipamD holds addresses of pods that no longer exist'
          multi-nic-card-full,    2, fail, node-full, Network card 0 of the node is full
          trunk-slot-kept,        2, fail, trunk-slot, ipamD keeps the last ENI slot for a trunk ENI
          pods-refused,           2, fail, refused-pods, ipamD refuses addresses to pods
          pods-refused,           1, warn, node-full, The node is full
          cooldown,               1, note, cooldown, All free addresses are cooling
          churn,                  2, fail, cooldown, Pods wait for addresses to cool down
          node-full,              1, note, node-full, The node is full
          nearly-full,            1, note, node-full, The node is nearly full
          max-pods-too-high,      1, warn, max-pods, max-pods is above the number of addresses that the node can have
          stuck-action,           1, not checked, stuck-action, not checked
          stuck-action,           2, warn, stuck-action, ipamD does not finish a change of its pool
          forced-removal,         1, warn, forced-removals, Pods lost addresses that they held
          forced-removal,         1, note, stated-totals, ipamD's totals do not match its lists
          forced-removal,         1, note, stale-gauges, ipamD's gauges contradict its introspection
          no-trunk-slot,          1, warn, pod-enis, No slot is left for a trunk ENI
          late-custom-networking, 1, warn, custom-networking, Pods use the primary ENI despite custom networking
          excluded-eni,           1, note, excluded-enis, An ENI in an excluded subnet has no pods
          mixed-prefixes,         1, note, mixed-prefixes, The node mixes single addresses and prefixes
          idle-addresses,         1, note, idle-addresses, Many addresses are idle
          faulty-release,         1, warn, cni-release, VPC CNI v1.19.4 has a known bug
          """)
  void doctorFindsTheTrouble(String name, int polls, String level, String id, String title) {
    assertThat(DoctorFixture.findings(NamedScenario.find(name).orElseThrow(), polls))
        .filteredOn(finding -> finding.id().equals(id))
        .anySatisfy(
            finding -> {
              assertThat(finding.title()).isEqualTo(title);
              assertThat(finding.level().label()).isEqualTo(level);
              assertThat(finding.evidence()).isNotBlank();
              if (finding.level() != Level.NOT_CHECKED) {
                assertThat(finding.cause()).isNotBlank();
                assertThat(finding.remedy()).isNotBlank();
              }
            });
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INTROSPECTION_HANGS") // This scenario needs 5 s.
  void findingsAreSortedAndEachCheckHasOne(NamedScenario scenario) {
    List<Finding> findings = DoctorFixture.findings(scenario, 1);

    assertThat(findings).extracting(Finding::level).isSorted();
    assertThat(findings)
        .extracting(Finding::id)
        .containsAll(ids())
        .allMatch(id -> ids().contains(id));
  }

  @Test
  void suggestedWarmTargetsSaveAsManyAddressesAsPromised() {
    Scenario node = NamedScenario.IDLE_ADDRESSES.scenario();
    Duration warmUp = NamedScenario.IDLE_ADDRESSES.warmUp();
    Finding before = idleAddresses(DoctorFixture.findings(node, warmUp, 1));
    Scenario fitted = node.warmTargets(new Scenario.WarmTargets(1, 2, 5, 1));

    assertThat(before.evidence())
        .isEqualTo("54 of 58 addresses are free; warm targets would release 52");
    assertThat(before.remedy()).contains("WARM_IP_TARGET=2 and MINIMUM_IP_TARGET=5");
    assertThat(before.commandLines())
        .anyMatch(line -> line.contains("set env ds aws-node WARM_IP_TARGET=2 MINIMUM_IP_TARGET=5"))
        .anyMatch(line -> line.contains("update-addon"));
    assertThat(DoctorFixture.poll(fitted, warmUp).pool().totalIpv4()).isEqualTo(58 - 52);
    assertThat(idleAddresses(DoctorFixture.findings(fitted, warmUp, 1)).level())
        .isEqualTo(Level.OK);
  }

  private static Finding idleAddresses(List<Finding> findings) {
    return findings.stream()
        .filter(finding -> finding.id().equals("idle-addresses"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void healthyNodeHasOnlyOkFindingsIfNoAgentRuns() {
    for (int polls = 1; polls <= 2; polls++) {
      assertThat(DoctorFixture.findings(NamedScenario.HEALTHY, polls))
          .filteredOn(finding -> finding.level() != Level.OK)
          .as("no agent runs beside the simulated node")
          .extracting(Finding::id)
          .containsExactly("publishing");
    }
  }

  @Test
  void everyScenarioExceptTheHealthyOneIsTestedHere() {
    assertThat(column(0))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(NamedScenario.values())
                .filter(scenario -> scenario != NamedScenario.HEALTHY)
                .map(NamedScenario::label)
                .toList());
  }

  /**
   * {@link FieldReportsTest}, {@link ProbesTest}, {@link AwsTest}, {@link ErrorCodesTest} and
   * {@link RecordedNodesTest} test the other checks.
   */
  @Test
  void everyCheckOfIpamdIsTestedHere() {
    List<String> others =
        List.of(
            "pod-routes",
            "pod-setup",
            "impossible-pool",
            "eni-network",
            "failed-requests",
            "instance-enis",
            "lost-eni",
            "instance-type",
            "ipv6",
            "cluster-name",
            "region",
            "instance-metadata",
            "java-agent",
            "state-dir",
            "subnet",
            "monitoring-endpoint",
            "ec2-endpoint",
            "put-metric-data",
            "publishing",
            "clock");
    assertThat(Stream.of(column(3), others, ErrorCodesTest.ids()).flatMap(Collection::stream))
        .containsAll(ids())
        .allMatch(id -> ids().contains(id));
  }

  /** The distinct values of a column of the table above. */
  private static Set<String> column(int index) {
    return Stream.of(ScenariosTest.class.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(CsvSource.class))
        .flatMap(method -> method.getAnnotation(CsvSource.class).textBlock().lines())
        .map(row -> row.split(",", -1)[index].strip())
        .collect(Collectors.toSet());
  }

  private static List<String> ids() {
    return DoctorFixture.CHECKS.stream().map(check -> check.spec().id().toString()).toList();
  }
}
