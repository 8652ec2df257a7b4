package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.DoctorFixture.advice;
import static io.cnimetrics.doctor.DoctorFixture.finding;
import static io.cnimetrics.doctor.DoctorFixture.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nodes of public bug reports of the VPC CNI. The bodies of a node are successive polls, 30 s
 * apart. Doctor reads them over sockets.
 */
class ReportedNodesTest {
  private static final Map<String, String> FILES = RecordedNode.archive("/fixtures/reports.zip");
  private static final Instant FIRST_POLL = Instant.parse("2026-11-28T00:00:00Z");
  private static final Pattern PROCESS_START = Pattern.compile("process_start_time_seconds .*");
  private static final String MISSING_GROUP = "InvalidSecurityGroupID.NotFound";

  /**
   * aws/amazon-vpc-cni-k8s#3351: pods hold 64 addresses in ipamD's list, but only about 28 pods
   * run.
   */
  @Test
  void moreHeldAddressesThanTheKubeletAdmitsPodsAreALeakAndARestartOfIpamdHelps() {
    Diagnosis diagnosis =
        node("leaked-addresses/", "a", "b").diagnosed(it -> it.type("m6i.xlarge").maxPods(58));

    assertFails(diagnosis, "leaked-addresses");
    Finding leak = first(diagnosis);
    assertThat(leak.evidence()).contains("64 addresses", "58 pods");
    assertThat(leak.commandLines())
        .anyMatch(line -> line.contains("delete pods -l k8s-app=aws-node"));
    assertThat(diagnosis.findings())
        .noneMatch(finding -> advice(finding).contains("ENABLE_PREFIX_DELEGATION"));
  }

  /** aws/amazon-vpc-cni-k8s#3824: ipamD lost a prefix whose pods still run. */
  @Test
  void routesOfPodsWhoseAddressesIpamdLostAreNamedAndThePodsHaveToBeDeleted() {
    Diagnosis diagnosis =
        node("orphaned-pods/", "a")
            .diagnosed(it -> it.type("m5.large").routesTo("10.205.102.160", "10.205.102.165"));

    assertFails(diagnosis, "pod-routes");
    assertThat(first(diagnosis).evidence()).contains("10.205.102.160", "10.205.102.165");
    assertThat(advice(first(diagnosis))).containsIgnoringCase("delete");
  }

  /** aws/amazon-vpc-cni-k8s#2309: ipamD's list has 4 ENIs for d3en.12xlarge, and EC2 permits 3. */
  @Test
  void nodeIsFullAt87BecauseEc2PermitsFewerEnisThanIpamdExpects() {
    Diagnosis diagnosis =
        node("wrong-limits/d3en-", "a", "b").diagnosed(it -> it.type("d3en.12xlarge").maxPods(110));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
    assertThat(diagnosis.verdict().text()).startsWith("Pods get no address");
    assertThat(finding(diagnosis, "node-full").evidence()).contains("87");
    assertThat(advice(finding(diagnosis, "instance-type"))).contains("max-pods to 90");
    assertThat(finding(diagnosis, "max-pods").explainedBy()).hasValue(CheckId.INSTANCE_TYPE);
    assertThat(finding(diagnosis, "instance-type").evidence())
        .contains("3 ENIs", "4 ENIs", "AttachmentLimitExceeded");
    assertThat(finding(diagnosis, "ec2-attachment-limit").level()).isNotEqualTo(Level.OK);
  }

  /** aws/amazon-vpc-cni-k8s#1083: ipamD's list has 50 addresses for an ENI that can have 15. */
  @Test
  void ipamdThatRequestsMoreAddressesThanTheTypePermitsHasToBeUpgraded() {
    Diagnosis diagnosis =
        node("wrong-limits/g4dn-", "a", "b").diagnosed(it -> it.type("g4dn.16xlarge"));

    assertFails(diagnosis, "instance-type");
    assertThat(first(diagnosis).evidence())
        .contains("4 ENIs × 14", "4 ENIs × 49", "PrivateIpAddressLimitExceeded 802 times");
    assertThat(advice(first(diagnosis)))
        .contains("Upgrade the VPC CNI", "max-pods to 59", "update-addon");
    assertThat(finding(diagnosis, "ec2-eni-limit").explainedBy()).hasValue(CheckId.INSTANCE_TYPE);
    assertThat(finding(diagnosis, "ec2-eni-limit").evidence())
        .contains("AssignPrivateIpAddresses PrivateIpAddressLimitExceeded: 802", "2 of them");
  }

  /** aws/amazon-vpc-cni-k8s#1425: ipamD answers between two restarts, and no counter rises. */
  @Test
  void ipamdThatRestartsAtEachPollFailsAlthoughItAnswers() {
    Reported node = node("crashloop/", "a", "a", "a");
    Diagnosis diagnosis = node.restartingBeforeEachPoll().diagnosed(it -> it.type("m5.large"));

    assertFails(diagnosis, "ipamd-restarts");
    assertThat(diagnosis.verdict().text())
        .isEqualTo(
            "Pods get addresses only between restarts since 00:00 UTC (30 s): ipamD restarts"
                + " repeatedly");
    assertThat(first(diagnosis).evidence())
        .isEqualTo("2 restarts in 3 polls; ipamD answers now, and has run for 10 s");
    assertThat(first(diagnosis).since()).hasValue(Since.exactly(FIRST_POLL.plusSeconds(30)));
    assertThat(first(diagnosis).commandLines())
        .anyMatch(line -> line.contains("describe"))
        .anyMatch(line -> line.contains("logs -p -c aws-node"));
  }

  @Test
  void ipamdThatIsDownAfterARestartIsTheSameTrouble() {
    Reported node = node("crashloop/", "a", "a").restartingBeforeEachPoll();

    Diagnosis diagnosis = node.thenDown().diagnosed(it -> it.type("m5.large"));

    assertFails(diagnosis, "ipamd-restarts");
    assertThat(first(diagnosis).evidence())
        .isEqualTo(
            "1 restart in 3 polls; ipamD did not answer 1 of them; ipamD does not answer now");
    assertThat(finding(diagnosis, "introspection").explainedBy()).hasValue(CheckId.IPAMD_RESTARTS);
  }

  /** aws/amazon-vpc-cni-k8s#343: the security group of the node or the ENIConfig was deleted. */
  @Test
  void missingSecurityGroupIsTheCauseAndItsCallAndCodeAreNamed() {
    Diagnosis diagnosis =
        node("sg-not-found/", "a", "b", "c", "d").diagnosed(it -> it.type("m5.large"));

    assertFails(diagnosis, "ec2-security-group");
    assertThat(first(diagnosis).evidence())
        .contains("CreateNetworkInterface " + MISSING_GROUP + ": 216", "16 of them");
    assertThat(advice(first(diagnosis))).contains("ENIConfig", "describe-instances");
    assertThat(finding(diagnosis, "refused-pods").explainedBy())
        .hasValue(CheckId.EC2_SECURITY_GROUP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "InvalidGroup.NotFound",
        "InvalidSubnetID.NotFound",
        "NetworkInterfaceLimitExceeded",
        "AttachmentLimitExceeded",
        "PrivateIpAddressLimitExceeded",
        "SecurityGroupLimitExceeded",
        "OptInRequired",
        "RequestError",
        "RequestCanceled",
        "RequestExpired",
        "NoCredentialProviders",
        "WebIdentityErr",
        "InternalError",
        "InvalidParameterValue",
        "ACodeThatNoReleaseHad"
      })
  void everyOtherCodeOnThatNodeIsTheCauseAndIsNamed(String code) {
    Diagnosis diagnosis =
        node("sg-not-found/", "a", "b", "c", "d")
            .with(metrics -> metrics.replace(MISSING_GROUP, code))
            .diagnosed(it -> it.type("m5.large"));

    assertFails(diagnosis, Cause.ofCode(code).map(Cause::finding).orElse("ec2-other"));
    assertThat(first(diagnosis).evidence()).contains("CreateNetworkInterface " + code + ": 216");
    assertThat(advice(first(diagnosis))).isNotBlank();
  }

  private static void assertFails(Diagnosis diagnosis, String id) {
    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
    assertThat(diagnosis.verdict().finding()).hasValue(id);
    assertThat(first(diagnosis).id()).isEqualTo(id);
  }

  /** A node with the bodies of its polls. */
  private record Reported(List<String> enis, List<String> metrics) {
    Reported with(UnaryOperator<String> change) {
      return new Reported(enis, metrics.stream().map(change).toList());
    }

    /** Each poll finds an ipamD that started 10 s before. */
    Reported restartingBeforeEachPoll() {
      List<String> restarted = new ArrayList<>();
      for (int poll = 0; poll < metrics.size(); poll++) {
        long start = FIRST_POLL.getEpochSecond() + 30L * poll - 10;
        String line = "process_start_time_seconds " + start;
        restarted.add(PROCESS_START.matcher(metrics.get(poll)).replaceAll(line));
      }
      return new Reported(enis, restarted);
    }

    /** Adds a last poll that reads nothing. */
    Reported thenDown() {
      return new Reported(
          Stream.concat(enis.stream(), Stream.of("")).toList(),
          Stream.concat(metrics.stream(), Stream.of("")).toList());
    }

    Diagnosis diagnosed(UnaryOperator<DoctorFixture> node) {
      try (FakeIpamd ipamd = new FakeIpamd()) {
        ipamd.serveInTurn("/v1/enis", enis).serveInTurn("/metrics", metrics);
        return node.apply(DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl()))
            .diagnosis(enis.size(), new FakeClock(FIRST_POLL));
      }
    }
  }

  private static Reported node(String directory, String... polls) {
    return new Reported(
        files(directory, "/enis.json", polls), files(directory, "/metrics.txt", polls));
  }

  private static List<String> files(String directory, String file, String... polls) {
    return Stream.of(polls)
        .map(poll -> Objects.requireNonNull(FILES.get(directory + poll + file), poll))
        .toList();
  }
}
