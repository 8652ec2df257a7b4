package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.DoctorFixture.advice;
import static io.cnimetrics.doctor.DoctorFixture.finding;
import static io.cnimetrics.doctor.DoctorFixture.first;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Kinds of trouble that users of the VPC CNI report. Each test builds the bodies that ipamD serves
 * in this trouble. Doctor reads the bodies over sockets, 30 s apart.
 */
class FieldReportsTest {
  private static final Instant FIRST_POLL = Instant.parse("2026-11-28T00:00:00Z");

  /** A private subnet lost its route to EC2. ipamD counts such a call, but EC2 returned no code. */
  @Test
  void callsToEc2WithoutAnyAnswerAreNamedAsTheCause() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 20, 22)
            .metrics(2, "awscni_ec2api_error_count{fn=\"CreateNetworkInterface\"}", 8, 10)
            .metrics(2, "awscni_ipamd_error_count{fn=\"increaseIPPoolAllocENI\"}", 8, 10)
            .diagnosed();

    assertFails(diagnosis, "ec2-unreachable");
    assertThat(diagnosis.verdict().text()).startsWith("Pods get no address");
    assertThat(first(diagnosis).evidence()).contains("10", "no error code");
    assertThat(finding(diagnosis, "refused-pods").explainedBy()).hasValue("ec2-unreachable");
  }

  @Test
  void callsToEc2WithoutAnAnswerThatEndedAreNoPresentTrouble() {
    Diagnosis diagnosis =
        node(eni(0, 14, 4))
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 20, 20)
            .metrics(2, "awscni_ec2api_error_count{fn=\"CreateNetworkInterface\"}", 8, 8)
            .diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.OK);
  }

  /** aws/amazon-vpc-cni-k8s#1836 and #2045: no /28 is free, and the node has no prefix at all. */
  @Test
  void nodeInPrefixModeWithoutAnyPrefixLacksPrefixesAndNotAddresses() {
    Diagnosis diagnosis =
        node(eni(0, 0, 0))
            .gauges(4, 4 * 14 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 10, 12)
            .diagnosed();

    assertFails(diagnosis, "ec2-no-prefixes");
    assertThat(advice(first(diagnosis))).contains("create-subnet-cidr-reservation");
    assertThat(finding(diagnosis, "no-addresses").explainedBy()).hasValue("ec2-no-prefixes");
  }

  /** aws/amazon-vpc-cni-k8s#1634: the node keeps the single addresses of before the change. */
  @Test
  void singleAddressesLeftFromBeforePrefixModeDoNotHideThatPrefixesAreMissing() {
    Diagnosis diagnosis =
        node(eni(0, 14, 9))
            .gauges(4, 4 * 14 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 10, 12)
            .diagnosed();

    assertFails(diagnosis, "ec2-no-prefixes");
  }

  /** aws/amazon-vpc-cni-k8s#2842: the pool is used up, and ipamD neither asks EC2 nor fails. */
  @Test
  void poolThatDoesNotGrowWithoutCallsAndErrorsIsNotBlamedOnEc2() {
    Diagnosis diagnosis =
        node(new E(0, false, false, 3, 48, 48))
            .gauges(4, 4 * 14 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 1, 1)
            .diagnosed();

    assertFails(diagnosis, "warm-pool");
    assertThat(diagnosis.verdict().text()).startsWith("Pods get no address");
    assertThat(first(diagnosis).cause())
        .contains("ipamD does not request")
        .doesNotContain("EC2 gives");
    assertThat(advice(first(diagnosis))).contains("delete pods -l k8s-app=aws-node");
  }

  /** Release 1.15.5 while EC2 throttles: the call is repeated, and no error is counted yet. */
  @Test
  void callThatAnOldReleaseRepeatsIsNotAQuestionOfWarmTargets() {
    Reported node =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 28, 60)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateTags\"}", 1, 1)
            .metrics(2, "awscni_ipamd_action_inprogress{fn=\"increaseDatastorePool\"}", 1, 1);

    assertFails(node.diagnosed(), "stuck-action");
    assertThat(advice(first(node.diagnosed()))).contains("errorCode");
    assertThat(finding(node.diagnosed(), "warm-pool").cause()).doesNotContain("warm targets");
    assertThat(finding(node.first(1).diagnosed(), "warm-pool").cause())
        .startsWith("ipamD is changing its pool");
  }

  /** aws/amazon-vpc-cni-k8s#1203: the role lacks the right to attach a trunk ENI. */
  @Test
  void slotOfATrunkThatCannotBeAttachedIsTheCauseWithOnePollAndWithTwo() {
    Reported node =
        node(full(0, 14), full(1, 14), full(2, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .metrics(
                2, "awscni_pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"}", 60, 66);

    assertFails(node.diagnosed(), "trunk-slot");
    assertThat(first(node.diagnosed()).evidence()).contains("3 of 4 ENIs", "66 requests");
    assertThat(finding(node.diagnosed(), "node-full").evidence()).contains("42 of 42");
    assertThat(finding(node.diagnosed(), "node-full").explainedBy()).hasValue("trunk-slot");
    assertThat(node.first(1).diagnosed().findings().get(0).id()).isEqualTo("trunk-slot");
  }

  /** aws/amazon-vpc-cni-k8s#989: ipamD's list was out of date, and the pool is full enough. */
  @Test
  void rejectedRequestsForAddressesOfAFullEniStopNoPod() {
    Diagnosis diagnosis =
        node(eni(0, 14, 14), eni(1, 14, 3))
            .errors("AssignPrivateIpAddresses", "PrivateIpAddressLimitExceeded", 10, 12)
            .diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(finding(diagnosis, "node-full").level()).isEqualTo(Level.OK);
    assertThat(finding(diagnosis, "ec2-eni-limit").level()).isEqualTo(Level.WARN);
  }

  /** aws/amazon-vpc-cni-k8s#1008: instance metadata lists an ENI that EC2 has deleted. */
  @Test
  void deletedEniInInstanceMetadataIsNamedWithItsCall() {
    Diagnosis diagnosis =
        node(eni(0, 14, 5))
            .errors("DescribeNetworkInterfaces", "InvalidNetworkInterfaceID.NotFound", 10, 12)
            .diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().finding()).hasValue("ec2-other");
    assertThat(first(diagnosis).evidence())
        .contains("DescribeNetworkInterfaces InvalidNetworkInterfaceID.NotFound: 12");
  }

  /** aws/amazon-vpc-cni-k8s#1038: the reconcile cannot read instance metadata, and pods start. */
  @Test
  void reconcileThatCannotReadInstanceMetadataStopsNoPodYet() {
    Diagnosis diagnosis =
        node(eni(0, 14, 5))
            .errors("GetMACs", "IMDSRequestError", 3, 4)
            .metrics(2, "awscni_ipamd_error_count{fn=\"reconcileFailedGetENIs\"}", 3, 4)
            .diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().finding()).hasValue("metadata-away");
    assertThat(finding(diagnosis, "ipamd-errors").explainedBy()).hasValue("metadata-away");
  }

  /** aws/amazon-vpc-cni-k8s#1058: release 1.5.7, and the ENIConfig has another name. */
  @Test
  void misnamedEniConfigOfAnOldReleaseIsTheCause() {
    Diagnosis diagnosis =
        node(eni(0, 0, 0))
            .bodies(
                "{\"TotalIPs\":0,\"AssignedIPs\":0,\"ENIIPPools\":{\"eni-0\":{\"IsPrimary\":true,"
                    + "\"ID\":\"eni-0\",\"DeviceNumber\":0,\"AssignedIPv4Addresses\":0,"
                    + "\"IPv4Addresses\":{}}}}")
            .settings("{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":true,\"WARM_IP_TARGET\":0}")
            .diagnosed();

    assertFails(diagnosis, "eniconfig");
  }

  /** aws/amazon-vpc-cni-k8s#2624: a deployment was scaled up from 0, and the pool has grown. */
  @Test
  void burstThatThePoolHasCaughtUpWithIsNoFailure() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .then(full(0, 14), full(1, 14), eni(2, 14, 4))
            .metrics(2, "awscni_no_available_ip_addresses", 0, 12)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 1, 3)
            .diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.WARN);
    assertThat(diagnosis.verdict().finding()).hasValue("refused-pods");
  }

  /** aws/amazon-vpc-cni-k8s#405: 150 nodes start at once, and EC2 throttles each of them. */
  @Test
  void newNodeThatEc2ThrottlesHasNoAddressBecauseOfIt() {
    Diagnosis diagnosis =
        node(eni(0, 0, 0))
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 4, 8)
            .diagnosed();

    assertFails(diagnosis, "ec2-throttled");
    assertThat(finding(diagnosis, "no-addresses").explainedBy()).hasValue("ec2-throttled");
  }

  /** aws/amazon-vpc-cni-k8s#69 and #608: ENIs of nodes that are gone use up the subnet. */
  @Test
  void emptySubnetLeadsToTheUnattachedEnis() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 4, 5)
            .diagnosed();

    assertFails(diagnosis, "ec2-no-addresses");
    assertThat(first(diagnosis).remedy()).contains("unattached");
    assertThat(first(diagnosis).commands())
        .anyMatch(line -> line.contains("Name=status,Values=available"));
  }

  /** aws/amazon-vpc-cni-k8s#344: "failed to add host route: file exists". */
  @Test
  void podsWhoseNetworkCannotBeSetUpGetAnAddressAndStillDoNotStart() {
    Reported node =
        node(eni(0, 14, 4))
            .metrics(2, "awscni_add_ip_req_count", 1400, 1411)
            .metrics(2, "awscni_del_ip_req_count{reason=\"PodDeleted\"}", 720, 722)
            .metrics(2, "awscni_del_ip_req_count{reason=\"SetupNSFailed\"}", 679, 688);

    assertFails(node.diagnosed(), "pod-setup");
    assertThat(first(node.diagnosed()).evidence()).contains("688", "9 of them");
    assertThat(advice(first(node.diagnosed()))).contains("plugin.log", "kubectl drain");
    assertThat(node.first(1).diagnosed().verdict().level()).isEqualTo(Level.OK);
  }

  /** aws/amazon-vpc-cni-k8s#1399: EC2 detaches an ENI slowly, and ipamD deletes it too early. */
  @Test
  void errorsOfCallsThatReleaseAreNoCauseOfAnEmptyPool() {
    Reported healthy =
        node(eni(0, 14, 4)).errors("DeleteNetworkInterface", "InvalidParameterValue", 4, 6);
    Reported empty =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .errors("DeleteNetworkInterface", "InvalidParameterValue", 4, 6);

    assertThat(healthy.diagnosed().verdict().level()).isEqualTo(Level.OK);
    assertThat(finding(healthy.diagnosed(), "ec2-other").level()).isEqualTo(Level.NOTE);
    assertFails(empty.diagnosed(), "warm-pool");
    assertThat(finding(empty.diagnosed(), "ec2-other").evidence())
        .contains("DeleteNetworkInterface InvalidParameterValue: 6");
  }

  /** aws/amazon-vpc-cni-k8s#194: EC2 attaches the ENI, and instance metadata does not show it. */
  @Test
  void newEniThatInstanceMetadataDoesNotShowIsTheCause() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 4, 5)
            .metrics(
                2, "awscni_ipamd_error_count{fn=\"increaseIPPoolwaitENIAttachedFailed\"}", 3, 4)
            .diagnosed();

    assertFails(diagnosis, "warm-pool");
    assertThat(first(diagnosis).cause())
        .contains("A new ENI did not appear in time", "Instance metadata");
  }

  /** aws/amazon-vpc-cni-k8s#3109: 64 addresses are held, and the kubelet admits 64 pods. */
  @Test
  void asManyHeldAddressesAsMaxPodsAreALeakBecauseSomePodsNeedNone() {
    Diagnosis diagnosis =
        node(new E(0, false, false, 4, 64, 64))
            .gauges(4, 4 * 14 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .diagnosed(it -> it.maxPods(64));

    assertFails(diagnosis, "leaked-addresses");
    assertThat(advice(first(diagnosis))).contains("delete pods -l k8s-app=aws-node");
  }

  /** aws/amazon-vpc-cni-k8s#1446 and #1602: jobs each minute, and no more ENIs fit. */
  @Test
  void fullNodeWhoseFreeAddressesCoolIsFullAndNotShortOfWarmAddresses() {
    Diagnosis diagnosis =
        node(full(0, 14), full(1, 14), full(2, 14), full(3, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 3, 9)
            .diagnosed();

    assertFails(diagnosis, "node-full");
  }

  /** aws/amazon-vpc-cni-k8s#2793: max-pods is 20, and the warm pool has more addresses. */
  @Test
  void warmPoolAboveMaxPodsIsIdleAndNoFault() {
    Diagnosis diagnosis =
        node(eni(0, 14, 2), eni(1, 14, 0))
            .settings("{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":false,\"WARM_IP_TARGET\":0}")
            .diagnosed(it -> it.maxPods(20));

    assertThat(diagnosis.verdict().level()).isEqualTo(Level.OK);
    assertThat(finding(diagnosis, "idle-addresses").level()).isEqualTo(Level.NOTE);
  }

  /**
   * aws/amazon-vpc-cni-k8s#575 and #1847: ipamD waits for the API server, which kube-proxy hides.
   */
  @Test
  void ipamdThatDoesNotStartLeadsToKubeProxyAndTheApiServer() {
    Diagnosis diagnosis = DoctorFixture.diagnosis(NamedScenario.IPAMD_DOWN, 1);

    assertFails(diagnosis, "introspection");
    assertThat(first(diagnosis).cause()).contains("Unable to reach API Server", "kube-proxy");
    assertThat(first(diagnosis).commands())
        .anyMatch(line -> line.contains("logs -c aws-node"))
        .anyMatch(line -> line.contains("k8s-app=kube-proxy"));
  }

  /** aws/amazon-vpc-cni-k8s#3105: EC2 answers with a general code if no prefix is free. */
  @Test
  void generalCodeOfANewEniCanMeanThatTheSubnetHasNoPrefix() {
    Diagnosis diagnosis =
        node(new E(0, false, false, 2, 32, 32))
            .gauges(4, 4 * 14 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("CreateNetworkInterface", "InvalidParameterValue", 10, 12)
            .diagnosed();

    assertFails(diagnosis, "ec2-other");
    assertThat(first(diagnosis).cause()).contains("addresses or prefixes", "subnet");
    assertThat(advice(first(diagnosis))).contains("ipamd.log", "describe-subnets");
  }

  /**
   * aws/amazon-vpc-cni-k8s#2056: with WARM_IP_TARGET=2 the pool grows more slowly than pods start.
   */
  @Test
  void poolThatGrowsTooSlowlyIsNotBlamedOnEc2() {
    Diagnosis diagnosis =
        node(full(0, 10))
            .then(full(0, 10), full(1, 2))
            .settings("{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":false,\"WARM_IP_TARGET\":2}")
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .metrics(2, "awscni_ec2api_req_count{fn=\"AssignPrivateIpAddresses\"}", 20, 24)
            .diagnosed();

    assertFails(diagnosis, "warm-pool");
    assertThat(first(diagnosis).title()).contains("too slowly");
    assertThat(first(diagnosis).cause()).contains("warm targets");
    assertThat(advice(first(diagnosis))).contains("WARM_IP_TARGET");
  }

  /** aws/amazon-vpc-cni-k8s#66: EC2 attached an ENI that ipamD never adds to its pool. */
  @Test
  void attachedEniThatIpamdLostIsTheCauseAndNotATrunk() {
    Reported node =
        node(full(0, 14), full(1, 14), full(2, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 4, 9);
    UnaryOperator<List<String>> four = ofIpamd -> List.of("eni-0", "eni-1", "eni-2", "eni-9");

    Diagnosis diagnosis = node.diagnosed(it -> it.attached(four));

    assertFails(diagnosis, "lost-eni");
    assertThat(first(diagnosis).evidence()).endsWith("missing in the pool: eni-9");
    assertThat(advice(first(diagnosis))).contains("delete pods -l k8s-app=aws-node");
    assertThat(finding(diagnosis, "refused-pods").explainedBy()).hasValue("lost-eni");
    assertThat(finding(diagnosis, "trunk-slot").level()).isEqualTo(Level.OK);
    assertThat(finding(diagnosis, "instance-enis").level()).isEqualTo(Level.OK);
    assertThat(finding(node.first(1).diagnosed(it -> it.attached(four)), "lost-eni").level())
        .isEqualTo(Level.NOTE);
  }

  @Test
  void slotForATrunkSaysHowToFindALostEniIfTheAttachedEnisAreUnknown() {
    Diagnosis diagnosis =
        node(full(0, 14), full(1, 14), full(2, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 4, 9)
            .diagnosed(it -> it.attached(ofIpamd -> List.of()));

    assertFails(diagnosis, "trunk-slot");
    assertThat(first(diagnosis).cause()).contains("missing in ipamD's pool");
    assertThat(first(diagnosis).commands().get(0)).contains("aws ec2 describe-instances");
  }

  /** An ENI with the tag no_manage lowers ipamD's limit. ipamD did not lose it. */
  @Test
  void eniThatIpamdDoesNotManageIsNotLost() {
    Diagnosis diagnosis =
        node(full(0, 14), full(1, 14))
            .gauges(3, 42)
            .metrics(2, "awscni_no_available_ip_addresses", 4, 9)
            .diagnosed(it -> it.attached(ofIpamd -> List.of("eni-0", "eni-1", "eni-9")));

    assertThat(finding(diagnosis, "lost-eni").level()).isEqualTo(Level.OK);
    assertThat(finding(diagnosis, "instance-enis").level()).isEqualTo(Level.NOTE);
  }

  /** aws/amazon-vpc-cni-k8s#2369: the type has two ENIs, and the second slot waits for a trunk. */
  @Test
  void onlySlotForPodsCanBeKeptForATrunkInsteadOfAMissingEniConfig() {
    Diagnosis diagnosis =
        node(eni(0, 0, 0))
            .gauges(2, 6)
            .settings("{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":true,\"WARM_IP_TARGET\":0}")
            .metrics(2, "awscni_no_available_ip_addresses", 4, 9)
            .diagnosed(it -> it.type("r7g.medium").maxPods(8));

    assertFails(diagnosis, "eniconfig");
    assertThat(first(diagnosis).cause()).contains("trunk ENI");
    assertThat(first(diagnosis).commands()).anyMatch(line -> line.contains("ENABLE_POD_ENI"));
  }

  /** aws/amazon-vpc-cni-k8s#2482: WARM_IP_TARGET and WARM_ENI_TARGET are 0. */
  @Test
  void warmTargetsOf0AreTheCauseOfAPoolThatDoesNotGrow() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .settings(
                "{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":false,\"WARM_IP_TARGET\":0,"
                    + "\"WARM_ENI_TARGET\":0}")
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .metrics(2, "awscni_ec2api_req_count{fn=\"CreateNetworkInterface\"}", 1, 1)
            .diagnosed();

    assertFails(diagnosis, "warm-pool");
    assertThat(first(diagnosis).cause()).contains("does not request more");
    assertThat(first(diagnosis).commands())
        .anyMatch(line -> line.contains("ds aws-node") && line.contains("TARGET"));
  }

  /** aws/amazon-vpc-cni-k8s#547: other ENIs use the slots, and ipamD knows only two ENIs. */
  @Test
  void slotsThatIpamdDoesNotKnowAreTheCause() {
    Diagnosis diagnosis =
        node(full(0, 29), full(1, 29))
            .gauges(8, 8 * 29)
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("AttachNetworkInterface", "AttachmentLimitExceeded", 10, 12)
            .diagnosed(it -> it.type("m5a.4xlarge").maxPods(234));

    assertFails(diagnosis, "ec2-attachment-limit");
    assertThat(first(diagnosis).cause()).contains("does not manage");
  }

  /** aws/amazon-vpc-cni-k8s#537: EC2 throttles a call that ipamD makes after the attachment. */
  @Test
  void throttledCallAfterTheAttachmentIsTheCause() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("ModifyNetworkInterfaceAttribute", "RequestLimitExceeded", 10, 12)
            .diagnosed();

    assertFails(diagnosis, "ec2-throttled");
  }

  /** aws/amazon-vpc-cni-k8s#123: unattached ENIs use up the quota of the account. */
  @Test
  void quotaOfInterfacesLeadsToTheUnattachedEnis() {
    Diagnosis diagnosis =
        node(full(0, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .errors("CreateNetworkInterface", "NetworkInterfaceLimitExceeded", 10, 12)
            .diagnosed();

    assertFails(diagnosis, "ec2-interface-quota");
    assertThat(first(diagnosis).commands())
        .anyMatch(line -> line.contains("Name=status,Values=available"));
  }

  /** aws/amazon-vpc-cni-k8s#1077: an unmanaged ENI and custom networking leave one ENI for pods. */
  @Test
  void nodeWithAnUnmanagedEniAndCustomNetworkingIsFullAtOneEni() {
    Diagnosis diagnosis =
        node(eni(0, 0, 0), full(1, 9))
            .gauges(2, 18)
            .settings("{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":true,\"WARM_IP_TARGET\":10}")
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .diagnosed(it -> it.type("m5.large").maxPods(29));

    assertFails(diagnosis, "node-full");
    assertThat(first(diagnosis).evidence()).contains("9 of 9", "unmanaged", "custom networking");
    assertThat(finding(diagnosis, "max-pods").level()).isEqualTo(Level.WARN);
  }

  /** aws/amazon-vpc-cni-k8s#2980: all ENIs are full, and prefixes help. */
  @Test
  void fullNodeWithSingleAddressesLeadsToPrefixes() {
    Diagnosis diagnosis =
        node(full(0, 14), full(1, 14), full(2, 14), full(3, 14))
            .metrics(2, "awscni_no_available_ip_addresses", 40, 52)
            .diagnosed(it -> it.maxPods(110));

    assertFails(diagnosis, "node-full");
    assertThat(advice(first(diagnosis))).contains("ENABLE_PREFIX_DELEGATION");
  }

  /** aws/amazon-vpc-cni-k8s#3685: WARM_ENI_TARGET has no effect with prefixes. */
  @Test
  void oneFreeAddressOfTwoPrefixesIsNoFailure() {
    Diagnosis diagnosis =
        node(new E(0, false, false, 2, 32, 31))
            .gauges(8, 8 * 29 * 16)
            .metrics(2, "awscni_no_available_ip_addresses", 0, 0)
            .diagnosed(it -> it.type("m5.4xlarge").maxPods(110));

    assertThat(diagnosis.verdict().text()).isEqualTo("No trouble found: pods get addresses");
  }

  private static void assertFails(Diagnosis diagnosis, String id) {
    assertThat(diagnosis.verdict().finding()).as(diagnosis.toString()).hasValue(id);
    assertThat(diagnosis.verdict().level()).isEqualTo(Level.FAIL);
  }

  /** An ENI of a node. ENI 0 is the primary ENI. */
  private record E(int device, boolean trunk, boolean excluded, int prefixes, int total, int held) {
    String json() {
      return "\"eni-%d\":{\"ID\":\"eni-%d\",\"IsPrimary\":%b,\"IsTrunk\":%b,\"IsEFA\":false,"
              .formatted(device, device, device == 0, trunk)
          + "\"DeviceNumber\":%d,\"AvailableIPv4Cidrs\":{%s},\"IPv6Cidrs\":{}}"
              .formatted(device, prefixes > 0 ? cidrs() : singles());
    }

    private String singles() {
      return IntStream.range(0, total)
          .mapToObj(i -> cidr("10.0.%d.%d/32".formatted(device, i + 10), false, i < held ? 1 : 0))
          .collect(Collectors.joining(","));
    }

    private String cidrs() {
      return IntStream.range(0, prefixes)
          .mapToObj(
              i ->
                  cidr(
                      "10.0.%d.%d/28".formatted(device, 16 * i),
                      true,
                      Math.max(0, Math.min(16, held - 16 * i))))
          .collect(Collectors.joining(","));
    }

    private static String cidr(String cidr, boolean prefix, int held) {
      String start = cidr.substring(0, cidr.indexOf('/'));
      int last = Integer.parseInt(start.substring(start.lastIndexOf('.') + 1));
      String net = start.substring(0, start.lastIndexOf('.') + 1);
      String addresses =
          IntStream.range(0, held)
              .mapToObj(i -> address(net + (last + i)))
              .collect(Collectors.joining(","));
      return "\"%s\":{\"Cidr\":{\"IP\":\"%s\",\"Mask\":\"/////w==\"},\"IPAddresses\":{%s},\"IsPrefix\":%b}"
          .formatted(cidr, start, addresses, prefix);
    }

    private static String address(String ip) {
      return "\"%s\":{\"Address\":\"%s\",\"IPAMKey\":{\"networkName\":\"aws-cni\",\"containerID\":\"\",\"ifName\":\"\"},\"AssignedTime\":\"2026-11-27T00:00:00Z\",\"UnassignedTime\":\"0001-01-01T00:00:00Z\"}"
          .formatted(ip, ip);
    }
  }

  private static E eni(int device, int total, int held) {
    return new E(device, false, false, 0, total, held);
  }

  private static E full(int device, int total) {
    return eni(device, total, total);
  }

  private static Reported node(E... enis) {
    return new Reported().then(enis).then(enis);
  }

  /** An m5.xlarge with the bodies of two polls. */
  private static final class Reported {
    private final List<String> enis = new ArrayList<>();
    private final List<StringBuilder> metrics = List.of(new StringBuilder(), new StringBuilder());
    private String gauges = "awscni_eni_max 4\nawscni_ip_max 56\n";
    private String settings = "";
    private int polls = 2;

    Reported then(E... next) {
      String json = Stream.of(next).map(E::json).collect(Collectors.joining(","));
      int total = Stream.of(next).mapToInt(E::total).sum();
      int held = Stream.of(next).mapToInt(E::held).sum();
      enis.add(
          "{\"0\":{\"TotalIPs\":%d,\"AssignedIPs\":%d,\"ENIs\":{%s}}}"
              .formatted(total, held, json));
      while (enis.size() > 2) {
        enis.remove(1);
      }
      return this;
    }

    Reported bodies(String body) {
      enis.replaceAll(any -> body);
      return this;
    }

    Reported settings(String json) {
      settings = json;
      return this;
    }

    Reported gauges(int eniMax, int ipMax) {
      gauges = "awscni_eni_max %d\nawscni_ip_max %d\n".formatted(eniMax, ipMax);
      return this;
    }

    /** A counter whose value is known for each poll. */
    Reported metrics(int count, String series, long... values) {
      for (int poll = 0; poll < count; poll++) {
        metrics.get(poll).append(series).append(' ').append(values[poll]).append('\n');
      }
      return this;
    }

    /** Errors of EC2 also count as failed calls. */
    Reported errors(String call, String code, long... values) {
      return metrics(
              2,
              "awscni_aws_api_error_count{api=\"%s\",error=\"%s\"}".formatted(call, code),
              values)
          .metrics(2, "awscni_ec2api_error_count{fn=\"%s\"}".formatted(call), values)
          .metrics(
              2,
              "awscni_ec2api_req_count{fn=\"%s\"}".formatted(call),
              values[0] + 9,
              values[1] + 9);
    }

    Reported first(int count) {
      polls = count;
      return this;
    }

    Diagnosis diagnosed() {
      return diagnosed(node -> node);
    }

    Diagnosis diagnosed(UnaryOperator<DoctorFixture> change) {
      long start = FIRST_POLL.getEpochSecond() - 86_400;
      List<String> texts =
          metrics.stream()
              .map(text -> gauges + "process_start_time_seconds " + start + "\n" + text)
              .toList();
      try (FakeIpamd ipamd = new FakeIpamd()) {
        ipamd.serveInTurn("/v1/enis", enis).serveInTurn("/metrics", texts);
        if (!settings.isEmpty()) {
          ipamd.serve("/v1/ipamd-env-settings", settings);
        }
        return change
            .apply(
                DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
                    .type("m5.xlarge")
                    .maxPods(58))
            .diagnosis(polls, new FakeClock(FIRST_POLL));
      }
    }
  }
}
