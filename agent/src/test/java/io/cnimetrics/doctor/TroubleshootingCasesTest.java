package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cases of AWS's troubleshooting documents, and doctor's findings on each case. */
class TroubleshootingCasesTest {
  /**
   * Four m5.xlarge have 224 addresses. CoreDNS uses two addresses. Therefore 222 of 240 pods are
   * ready. The other pods wait on nodes whose max-pods is too high.
   */
  @Test
  void addressesAreExhaustedWith222Of240PodsReady() {
    List<Integer> podsByNode = List.of(61, 61, 60, 60);
    List<List<Finding>> nodes = new ArrayList<>();
    long held = 0;
    for (int pods : podsByNode) {
      Scenario node = Scenario.of("m5.xlarge").pods(PodSchedule.parse(String.valueOf(pods)));
      held += DoctorFixture.poll(node, Duration.ofMinutes(10)).pool().assigned();
      nodes.add(DoctorFixture.findings(node, Duration.ofMinutes(10), 2));
    }

    assertThat(podsByNode.stream().mapToInt(pods -> pods).sum() - 2).isEqualTo(240);
    assertThat(held - 2).isEqualTo(222);
    assertThat(nodes)
        .allSatisfy(
            findings -> {
              assertFound(findings, Level.FAIL, "refused-pods", "in the last 30 s");
              assertFound(findings, Level.FAIL, "node-full", "pods hold 56 addresses");
            });
  }

  @Test
  void ipamFailedToStart() {
    List<Finding> findings = DoctorFixture.findings(NamedScenario.IPAMD_DOWN, 1);

    assertFound(findings, Level.FAIL, "introspection", "Connection refused");
    assertThat(findings.get(0).advice().text())
        .contains("Initialization failure", "AmazonEKS_CNI_Policy");
    assertThat(findings.get(0).commandLines())
        .anyMatch(line -> line.contains("kubectl"))
        .anyMatch(line -> line.contains("/var/log/aws-routed-eni/ipamd.log"));
  }

  @Test
  void nodeRoleLacksThePolicy() {
    List<Finding> atStart = DoctorFixture.findings(NamedScenario.MISSING_POLICY, 1);
    List<Finding> findings = DoctorFixture.findings(NamedScenario.RIGHTS_REMOVED, 1);

    assertFound(atStart, Level.FAIL, "introspection", "Connection refused");
    assertThat(atStart.get(0).advice().text()).contains("AmazonEKS_CNI_Policy");
    assertFound(findings, Level.FAIL, "ec2-denied", "UnauthorizedOperation");
    assertThat(findings)
        .filteredOn(finding -> finding.id().equals("ec2-denied"))
        .singleElement()
        .satisfies(
            finding ->
                assertThat(finding.commandLines())
                    .anyMatch(line -> line.startsWith("aws iam attach-role-policy")));
  }

  @Test
  void subnetIsOutOfAddresses() {
    List<Finding> findings = DoctorFixture.findings(NamedScenario.SUBNET_EMPTY, 2);

    assertFound(findings, Level.FAIL, "ec2-no-addresses", "InsufficientFreeAddressesInSubnet");
    assertFound(findings, Level.FAIL, "refused-pods", "in the last 30 s");
    assertFound(findings, Level.FAIL, "warm-pool", "0 of 14 addresses are available");
  }

  private static void assertFound(List<Finding> findings, Level level, String id, String evidence) {
    assertThat(findings)
        .filteredOn(finding -> finding.id().equals(id))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.level()).isEqualTo(level);
              assertThat(finding.evidence()).contains(evidence);
            });
  }
}
