package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.DoctorFixture.finding;
import static io.cnimetrics.doctor.DoctorFixture.first;
import static io.cnimetrics.doctor.Level.FAIL;
import static io.cnimetrics.doctor.Level.OK;
import static io.cnimetrics.doctor.Level.WARN;
import static io.cnimetrics.doctor.ReportedNode.cards;
import static io.cnimetrics.doctor.ReportedNode.eni;
import static io.cnimetrics.doctor.ReportedNode.full;
import static io.cnimetrics.doctor.ReportedNode.fullNode;
import static io.cnimetrics.doctor.ReportedNode.ipv6;
import static io.cnimetrics.doctor.ReportedNode.node;
import static io.cnimetrics.doctor.ReportedNode.prefixes;
import static io.cnimetrics.doctor.ReportedNode.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.text.Palette;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Kinds of trouble that users of the VPC CNI report. A number without a repository is an issue of
 * aws/amazon-vpc-cni-k8s.
 */
class FieldReportsTest {
  private static final String WARM_ENI = "\"WARM_IP_TARGET\":0";
  private static final String NO_ADDRESS_FOR_ENI =
      "aws_api_error_count{api=\"CreateNetworkInterface\",error=\"InsufficientFreeAddressesInSubnet\"}";

  /**
   * A report and the right verdict.
   *
   * @param finding the id of the verdict's finding; empty if there is no trouble
   * @param texts texts in the verdict and its finding. Prefixes: {@code !} for a text that must not
   *     occur, {@code >} for a symptom that the finding explains, and {@code =Level.} for the level
   *     of another finding
   */
  private record Report(
      String name, ReportedNode node, Level level, String finding, List<String> texts) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Report fails(String name, ReportedNode node, String finding, String... texts) {
    return new Report(name, node, FAIL, finding, List.of(texts));
  }

  private static Report warns(String name, ReportedNode node, String finding, String... texts) {
    return new Report(name, node, WARN, finding, List.of(texts));
  }

  private static Report calm(String name, ReportedNode node, String... texts) {
    return new Report(name, node, OK, "", List.of(texts));
  }

  /** All reports that doctor judges with two polls. */
  private static Stream<Report> reports() {
    return Stream.of(
            ofEc2(),
            ofPools(),
            ofFullNodes(),
            ofRequests(),
            ofServedRequests(),
            ofSeveralCauses(),
            ofOtherNodes(),
            withoutFailure())
        .flatMap(reports -> reports);
  }

  /** The diagnoses of all reports, by name and number of polls. */
  static Stream<ConsistencyTest.Case> cases() {
    return reports()
        .flatMap(
            report ->
                IntStream.rangeClosed(1, 3)
                    .mapToObj(
                        polls ->
                            new ConsistencyTest.Case(
                                report.name(), polls, report.node().diagnosed(polls))));
  }

  @ParameterizedTest
  @MethodSource("reports")
  void verdictIsTheCauseThatTheReportFound(Report report) {
    verdictIsTheCause(report, report.node().diagnosed());
  }

  private static void verdictIsTheCause(Report report, Diagnosis diagnosis) {
    assertThat(diagnosis.verdict().finding().orElse(""))
        .as(diagnosis.toString())
        .isEqualTo(report.finding());
    assertThat(diagnosis.verdict().level()).isEqualTo(report.level());
    if (report.level() == FAIL) {
      assertThat(first(diagnosis).id()).isEqualTo(report.finding());
    }
    for (String text : report.texts()) {
      if (text.startsWith(">")) {
        assertThat(finding(diagnosis, text.substring(1)).explainedBy().map(CheckId::toString))
            .hasValue(report.finding());
      } else if (text.startsWith("!")) {
        assertThat(text(first(diagnosis))).doesNotContain(text.substring(1));
      } else if (text.contains("=Level.")) {
        String[] other = text.split("=Level[.]", 2);
        assertThat(finding(diagnosis, other[0]).level()).isEqualTo(Level.valueOf(other[1]));
      } else {
        assertThat(diagnosis.verdict().text() + text(first(diagnosis))).contains(text);
      }
    }
  }

  private static String text(Finding finding) {
    return String.join(
        "\n", finding.title(), finding.evidence(), finding.cause(), DoctorFixture.advice(finding));
  }

  private static Stream<Report> ofEc2() {
    return Stream.of(
        fails(
            "#2908: the subnet of the ENI is empty, and the ENI is not full",
            node(eni(0, 8, 8))
                .settings(false, "\"WARM_IP_TARGET\":2")
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6),
            "ec2-no-addresses",
            "describe-subnets",
            "releases before 1.18.3 only after",
            "update-addon",
            "!WARM_IP_TARGET="),
        fails(
            "The same with a release that uses other subnets",
            node(eni(0, 8, 8))
                .release("v1.19.6")
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6),
            "ec2-no-addresses",
            "!upgrade these"),
        fails(
            "The same with a release that uses other subnets only after its ENIs are full",
            node(eni(0, 8, 8))
                .release("v1.18.2-eksbuild.1")
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6),
            "ec2-no-addresses",
            "upgrade these"),
        fails(
            "edwin-philip.medium.com: a new node in a subnet with three addresses",
            node(full(0, 3))
                .startedAgo(600)
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 4, 4)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 4, 4),
            "ec2-no-addresses"),
        fails(
            "#1739, #1773: a call for a prefix finds no free address at all",
            node(eni(0, 0, 0))
                .prefixMode()
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 5),
            "ec2-no-addresses",
            ">no-addresses"),
        fails(
            "#1447: during an incident many ENIs are attached to no instance",
            node(full(0, 14))
                .requests(4, 4)
                .metadata("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 5, 6)
                .function("increaseIPPoolAllocENI", 5, 6),
            "ec2-no-addresses",
            "unattached",
            ">ipamd-errors"),
        fails(
            "cloudkeeper.com: a /25 with many free addresses and no free /28",
            node(prefixes(0, 2, 32))
                .prefixMode()
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 3, 3),
            "ec2-no-prefixes"),
        fails(
            "#2730: nodes with prefixes are replaced nine at a time",
            node(eni(0, 0, 0))
                .prefixMode()
                .startedAgo(200)
                .refused()
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 4, 6),
            "ec2-throttled",
            "replace fewer nodes at a time",
            "!use prefixes",
            ">no-addresses"),
        fails(
            "#41: 200 nodes, and a release that counts no calls and no refusals",
            node(full(0, 14))
                .requests(4, 4)
                .metadata("AssignPrivateIpAddresses", "RequestLimitExceeded", 10, 12)
                .function("increaseIPPoolAllocIPAddressesFailed", 10, 12),
            "ec2-throttled",
            ">ipamd-errors"),
        fails(
            "#2210, #2253: 1.11.4 adds addresses to an ENI that is full in EC2",
            node(full(0, 14), eni(1, 0, 0))
                .requests(4, 4)
                .metadata("AssignPrivateIpAddresses", "PrivateIpAddressLimitExceeded", 10, 14)
                .function("increaseIPPoolAllocIPAddressesFailed", 10, 14),
            "ec2-eni-limit",
            "differs from EC2's",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "eksctl-io/eksctl#4661, pulumi/pulumi-eks#1522: 1.10 has no right for IPv6",
            node(ipv6(0, 0, 0))
                .type("m5.large", 110, 3, 0)
                .requests(4, 4)
                .metadata("AssignPrivateIpv6Addresses", "UnauthorizedOperation", 1, 1),
            "ec2-denied",
            "ec2:AssignIpv6Addresses"),
        fails(
            "A private subnet lost its route to EC2: ipamD counts failed calls without a code",
            node(full(0, 14))
                .refused()
                .failed("CreateNetworkInterface", 8, 10)
                .function("increaseIPPoolAllocENI", 8, 10),
            "ec2-unreachable",
            "Pods get no address",
            "10",
            "no error code",
            "cannot load its credentials",
            "ipamd.log",
            ">refused-pods"),
        fails(
            "#1836, #2045: no /28 is free, and the node has no prefix at all",
            node(eni(0, 0, 0))
                .prefixMode()
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 10, 12),
            "ec2-no-prefixes",
            "create-subnet-cidr-reservation",
            ">no-addresses"),
        fails(
            "#1634: after the change to prefixes, the node keeps its single addresses",
            node(eni(0, 14, 9))
                .prefixMode()
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 10, 12),
            "ec2-no-prefixes"),
        fails(
            "#2749: the subnet is fragmented, and ipamD tries again each two minutes",
            node(prefixes(0, 1, 16))
                .prefixMode()
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 5, 5),
            "ec2-no-prefixes",
            "create-subnet-cidr-reservation"),
        fails(
            "#405: 150 nodes start at once, and EC2 throttles each of them",
            node(eni(0, 0, 0))
                .refused()
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 4, 8),
            "ec2-throttled",
            ">no-addresses"),
        fails(
            "#537: EC2 throttles a call that ipamD makes after the attachment",
            node(full(0, 14))
                .refused()
                .errors("ModifyNetworkInterfaceAttribute", "RequestLimitExceeded", 10, 12),
            "ec2-throttled"),
        fails(
            "#69, #608: ENIs of nodes that are gone use up the subnet",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 4, 5),
            "ec2-no-addresses",
            "unattached",
            "Name=status,Values=available"),
        fails(
            "#1523, #1923, aws/karpenter-provider-aws#3380: a new node of an empty subnet is ready",
            node(eni(0, 0, 0))
                .refused()
                .startedAgo(300)
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 5),
            "ec2-no-addresses",
            ">no-addresses"),
        fails(
            "kubernetes/kops#18693: subnet discovery is denied, and the node's subnet is empty",
            node(full(0, 14))
                .refused()
                .errors("DescribeSecurityGroups", "UnauthorizedOperation", 10, 12)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 10, 12),
            "ec2-no-addresses"),
        fails(
            "#1454: the role of the node lacks the policy",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 10, 12),
            "ec2-denied"),
        fails(
            "#2780: EKS Pod Identity gives ipamD no credentials",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "NoCredentialProviders", 3, 5)
                .function("increaseIPPoolAllocENI", 3, 5),
            "ec2-no-credentials",
            ">ipamd-errors"),
        fails(
            "The agent of EKS Pod Identity answers with an error",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "CredentialsEndpointError", 3, 5),
            "ec2-no-credentials"),
        fails(
            "#3306: the role of aws-node names an OIDC provider that STS does not reach",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "IDPCommunicationError", 3, 5),
            "ec2-no-credentials",
            "OIDC"),
        fails(
            "aws/karpenter-provider-aws#4548: a new node waits for minutes, and EC2 throttles",
            node(eni(0, 0, 0))
                .startedAgo(200)
                .refused()
                .errors("CreateNetworkInterface", "RequestLimitExceeded", 4, 6),
            "ec2-throttled",
            ">no-addresses"),
        fails(
            "#1338: the service account has another role, and aws-node was not restarted",
            node(full(0, 14))
                .refused()
                .errors("AssignPrivateIpAddresses", "UnauthorizedOperation", 10, 12),
            "ec2-denied",
            "restart aws-node",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "#1791: STS does not give ipamD the role of aws-node",
            node(full(0, 14)).refused().errors("CreateNetworkInterface", "AccessDenied", 10, 12),
            "ec2-denied",
            ": AWS does not give ipamD the role of aws-node",
            "trust policy",
            "get-role",
            "!attach-role-policy"),
        fails(
            "SageMaker HyperPod: the role lacks the right to attach an ENI",
            node(full(0, 14))
                .refused()
                .errors("AttachClusterNodeNetworkInterface", "AccessDeniedException", 10, 12),
            "ec2-denied",
            "lacks the right sagemaker:AttachClusterNodeNetworkInterface",
            "put-role-policy",
            "!lacks AmazonEKS_CNI_Policy",
            "!trust policy"),
        fails(
            "terraform-aws-modules/terraform-aws-eks#2585: the role has only the rights of IPv6",
            node(eni(0, 0, 0))
                .refused()
                .errors("AssignPrivateIpAddresses", "UnauthorizedOperation", 10, 12),
            "ec2-denied",
            ">no-addresses"),
        fails(
            "neon.com, AWS CNI lessons: with WARM_IP_TARGET=1 all free addresses cool",
            node(eni(0, 29, 24).cooling(5))
                .then(eni(0, 29, 24).cooling(5))
                .type("m6id.metal", 250, 15, 49)
                .settings(false, "\"WARM_IP_TARGET\":1")
                .refused()
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 40, 46),
            "ec2-throttled",
            ">cooldown",
            "WARM_IP_TARGET=10"),
        fails(
            "#647: the private subnet has an endpoint for EC2, and none for STS",
            node(full(0, 14)).refused().errors("CreateNetworkInterface", "RequestCanceled", 3, 5),
            "ec2-unreachable",
            "STS",
            "for sts"),
        fails(
            "#2923: a new node group, and its subnet has no free /28",
            node(eni(0, 0, 0))
                .prefixMode()
                .refused()
                .startedAgo(300)
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 1, 1),
            "ec2-no-prefixes"),
        fails(
            "#2959: subnet discovery chooses a subnet without a free /28",
            node(prefixes(0, 14, 224))
                .prefixMode()
                .with(it -> it.maxPods(250))
                .refused()
                .errors("CreateNetworkInterface", "InsufficientCidrBlocks", 5, 6),
            "ec2-no-prefixes",
            "describe-subnets"),
        fails(
            "#2846: the node is in the one subnet that is empty",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 5, 5),
            "ec2-no-addresses"),
        fails(
            "aws/amazon-vpc-resource-controller-k8s#583: more security groups than the quota",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InvalidParameterValue", 10, 12),
            "ec2-other",
            "more security groups"),
        fails(
            "easontechtalk.com: WARM_IP_TARGET is 1, and EC2 throttles many small calls",
            node(full(0, 10))
                .settings(false, "\"WARM_IP_TARGET\":1")
                .refused()
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 10, 12),
            "ec2-throttled",
            "WARM_IP_TARGET=10"),
        fails(
            "#3105: EC2 answers with a general code if no prefix is free",
            node(prefixes(0, 2, 32))
                .prefixMode()
                .refused()
                .errors("CreateNetworkInterface", "InvalidParameterValue", 10, 12),
            "ec2-other",
            "EC2 rejects the subnet or the security groups",
            "addresses or prefixes",
            "ipamd.log",
            "describe-subnets"),
        fails(
            "#238: an ENIConfig names a subnet of another zone",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .errors("AttachNetworkInterface", "InvalidParameterCombination", 10, 12),
            "ec2-other",
            "new ENIs are in another zone than the node",
            "patch eniconfig"),
        fails(
            "#547: other ENIs use the slots, and instance metadata does not show them",
            fullNode(2, 29)
                .type("m5a.4xlarge", 234, 8, 29)
                .refused()
                .errors("AttachNetworkInterface", "AttachmentLimitExceeded", 10, 12),
            "ec2-attachment-limit",
            "does not manage"),
        fails(
            "#123: unattached ENIs use up the quota of the account",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "NetworkInterfaceLimitExceeded", 10, 12),
            "ec2-interface-quota",
            "Name=status,Values=available"),
        fails(
            "#1479, #1572: instance metadata still lists an ENI that ipamD deleted",
            node(full(0, 14))
                .refused()
                .errors("AssignPrivateIpAddresses", "InvalidNetworkInterfaceID.NotFound", 10, 12),
            "ec2-other",
            "restart aws-node",
            "delete pods -l k8s-app=aws-node",
            "!pods still start"),
        fails(
            "The credentials of ipamD have expired",
            node(full(0, 14)).refused().errors("CreateNetworkInterface", "ExpiredToken", 10, 12),
            "ec2-denied",
            "does not accept the credentials",
            "delete pods -l k8s-app=aws-node",
            "!attach-role-policy"),
        fails(
            "The clock of the node is wrong, or the access key was deleted",
            node(full(0, 14)).refused().errors("CreateNetworkInterface", "AuthFailure", 10, 12),
            "ec2-denied",
            "chronyc",
            "!attach-role-policy"),
        fails(
            "cilium/cilium#42512: another ENI is at this device index",
            node(full(0, 14))
                .refused()
                .errors("AttachNetworkInterface", "InvalidParameterValue", 10, 12),
            "ec2-other",
            "ipamd.log",
            "device index",
            "!security group"),
        fails(
            "A tag policy rejects the tags of new ENIs",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "TagPolicyViolation", 10, 12),
            "ec2-other",
            "ADDITIONAL_ENI_TAGS"),
        fails(
            "#2520: ipamD adds addresses to a trunk ENI of another account",
            node(full(0, 14), eni(1, 0, 0).trunk())
                .requests(4, 4)
                .errors("AssignPrivateIpAddresses", "AuthFailure", 10, 12)
                .function("increaseIPPoolAllocIPAddressesFailed", 10, 12),
            "ec2-denied",
            "belongs to another account",
            "since release 1.16.4",
            "!ipamD does not accept"),
        fails(
            "aws/aws-sdk-java#519: the clock of the node is wrong",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "SignatureDoesNotMatch", 10, 12),
            "ec2-denied",
            "does not accept the credentials",
            "chronyc"),
        fails(
            "#1626: the ENIConfig has an empty security group",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .requests(4, 4)
                .metadata("CreateNetworkInterface", "InvalidParameterValue", 10, 12),
            "ec2-other",
            "empty security group"),
        fails(
            "kubernetes-sigs/cluster-api-provider-aws#3943: a security group of another VPC",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InvalidGroup.NotFound", 10, 12),
            "ec2-security-group",
            "another VPC"),
        fails(
            "The node's subnet is excluded, and the subnet for pods is empty",
            node(eni(0, 14, 0).excluded(), full(1, 14), full(2, 14))
                .refused()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 10, 12),
            "ec2-no-addresses",
            ">refused-pods"),
        fails(
            "An IPv6 node does not reach EC2",
            node(ipv6(0, 0, 0))
                .type("m5.large", 110, 3, 0)
                .refused()
                .failed("AssignIpv6Addresses", 2, 2),
            "ipv6-prefix",
            "2 calls to EC2 failed"),
        fails(
            "cilium/cilium#31016: EC2 answers with a general code if the subnet is full",
            node(full(0, 10))
                .refused()
                .errors("AssignPrivateIpAddresses", "InvalidParameterValue", 10, 12),
            "ec2-other",
            "EC2 rejects new addresses on an ENI",
            "too few free addresses or prefixes",
            "ipamd.log",
            "describe-subnets",
            "!security group"),
        fails(
            "A policy requires tags on each new ENI",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 10, 12),
            "ec2-denied",
            "service control policy",
            "lookup-events"),
        fails(
            "#1294: an ENIConfig names a subnet that does not exist",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InvalidSubnetID.NotFound", 10, 12),
            "ec2-subnet-gone",
            ">no-addresses"),
        fails(
            "#1294: the same without custom networking",
            node(eni(0, 0, 0))
                .settings(false, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InvalidSubnetID.NotFound", 10, 12),
            "ec2-subnet-gone",
            "With custom networking, name an existing subnet"),
        fails(
            "#1294: the same with an id that is no id of a subnet",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InvalidSubnetID.Malformed", 10, 12),
            "ec2-subnet-gone"),
        fails(
            "edwin-philip.medium.com: a new node found three free addresses in its subnet",
            node(full(0, 3))
                .refused()
                .startedAgo(900)
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 4, 5),
            "ec2-no-addresses"),
        fails(
            "The subnet of an IPv6 node has no IPv6 CIDR",
            node(ipv6(0, 0, 0))
                .type("m5.xlarge", 110, 4, 0)
                .refused()
                .errors("AssignIpv6Addresses", "InvalidParameterValue", 2, 2),
            "ipv6-prefix",
            "has no IPv6 CIDR",
            "describe-subnets",
            "!put-role-policy"),
        fails(
            "An IPv6 node has no prefix, and ipamD counts no error",
            node(ipv6(0, 0, 0)).type("m5.xlarge", 110, 4, 0).refused(),
            "ipv6-prefix",
            "ipamd.log",
            "!put-role-policy"),
        fails(
            "aws-ia/terraform-aws-eks-blueprints#371: no right for IPv6, and 1.10 counts no"
                + " refusals",
            node(ipv6(0, 0, 0))
                .type("t3.medium", 110, 3, 0)
                .requests(4, 4)
                .errors("AssignIpv6Addresses", "UnauthorizedOperation", 1, 1),
            "ec2-denied",
            "ec2:AssignIpv6Addresses",
            ">ipv6-prefix",
            "failed-requests=Level.OK"),
        fails(
            "#871: release 1.5.5, and the subnet of the new node is empty",
            node(full(0, 4))
                .requests(4, 4)
                .metadata("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 5, 6)
                .function("increaseIPPoolAllocENI", 5, 6),
            "ec2-no-addresses",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "#3264, terraform-aws-modules/terraform-aws-eks#2596: no prefix, and then no address",
            node(eni(0, 0, 0))
                .prefixMode()
                .with(it -> it.maxPods(70))
                .refused()
                .startedAgo(400)
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 3, 4)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 3, 4),
            "ec2-no-prefixes",
            "ec2-no-addresses=Level.WARN"),
        fails(
            "#2338: the role lacks the right that IPv6 needs",
            node(ipv6(0, 0, 0))
                .type("c6i.32xlarge", 110, 15, 0)
                .refused()
                .errors("AssignIpv6Addresses", "UnauthorizedOperation", 1, 1),
            "ec2-denied",
            "EC2 denied the call for an IPv6 prefix",
            "lacks the right ec2:AssignIpv6Addresses",
            "put-role-policy",
            "!lacks AmazonEKS_CNI_Policy",
            ">ipv6-prefix",
            ">refused-pods"),
        fails(
            "EC2 throttles the only call for the prefix of an IPv6 node",
            node(ipv6(0, 0, 0))
                .type("m5.xlarge", 110, 4, 0)
                .refused()
                .errors("AssignIpv6Addresses", "RequestLimitExceeded", 2, 2),
            "ec2-throttled",
            "repeats the call only while it starts",
            "delete pods -l k8s-app=aws-node",
            "!CloudTrail",
            ">ipv6-prefix",
            ">refused-pods"),
        fails(
            "The same, as releases 1.10 to 1.19.3 count it",
            node(ipv6(0, 0, 0))
                .type("m5.xlarge", 110, 4, 0)
                .refused()
                .metadata("AssignPrivateIpv6Addresses", "RequestLimitExceeded", 2, 2)
                .failed("AssignIpv6Addresses", 2, 2),
            "ec2-throttled",
            "delete pods -l k8s-app=aws-node",
            ">ipv6-prefix"),
        fails(
            "EC2 throttles another call of an IPv6 node whose subnet has no IPv6 CIDR",
            node(ipv6(0, 0, 0))
                .type("m5.xlarge", 110, 4, 0)
                .refused()
                .errors("AssignIpv6Addresses", "InvalidParameterValue", 2, 2)
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 3, 5),
            "ipv6-prefix"));
  }

  private static Stream<Report> ofPools() {
    return Stream.of(
        fails(
            "#2490: 1.11.4, and the node has no annotation with the name of an ENIConfig",
            node(eni(0, 0, 0)).settings(true, WARM_ENI).requests(4, 4),
            "eniconfig",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "#2416: the security groups of the ENIConfig are not a list",
            node(eni(0, 0, 0)).settings(true, WARM_ENI).refused(),
            "eniconfig",
            "no valid ENIConfig",
            "GROUPS:"),
        fails(
            "awsdocs/amazon-eks-user-guide#1088: the subnets for pods are in another zone",
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .function("increaseIPPoolAllocENI", 10, 12),
            "no-addresses",
            "ipamD finds no subnet",
            "eniconfig=Level.OK"),
        fails(
            "#302: release 1.4 does not report that custom networking is on",
            node(eni(0, 0, 0)).requests(4, 4),
            "no-addresses",
            "custom networking finds no ENIConfig"),
        fails(
            "#3534: a new node gets no prefix, and EC2 has counted no error",
            node(eni(0, 0, 0)).prefixMode().refused().calls("DescribeNetworkInterfaces", 4, 4),
            "no-addresses",
            "EC2 returned no error",
            "!lacks permissions"),
        fails(
            "#525: for a minute after its start ipamD adds no ENI",
            node(full(0, 14)).startedAgo(50).refused().calls("CreateNetworkInterface", 1, 1),
            "warm-pool",
            "Poll again",
            "!cordoned"),
        fails(
            "#1724: release 1.9, which counts no calls, needs minutes for the first ENI",
            node(eni(0, 0, 0))
                .type("m5.large", 20, 3, 9)
                .settings(true, "\"WARM_IP_TARGET\":5")
                .requests(4, 4)
                .startedAgo(150)
                .attached("eni-0", "eni-1"),
            "no-addresses",
            "lost-eni=Level.NOTE"),
        fails(
            "aws/amazon-vpc-resource-controller-k8s#18: no trunk ENI for c5ad, and a lost slot",
            fullNode(3, 14).type("c5ad.xlarge", 58, 4, 14).refused(),
            "trunk-slot"),
        fails(
            "#1700: 16 of 18 addresses are held, and 2 cool",
            node(eni(0, 14, 12).cooling(2), full(1, 4))
                .then(eni(0, 14, 12).cooling(2), full(1, 4))
                .settings(false, "\"WARM_IP_TARGET\":2")
                .refused(),
            "cooldown",
            "WARM_IP_TARGET=5"),
        fails(
            "#18, #1245: jobs each minute on a node that cannot have more addresses",
            node(full(0, 14), full(1, 14), full(2, 14), eni(3, 14, 9).cooling(5))
                .then(full(0, 14), full(1, 14), full(2, 14), eni(3, 14, 9).cooling(5))
                .refused(),
            "cooldown",
            "Pods get addresses late",
            "cannot have more addresses",
            "From release 1.15.0 on, set IP_COOLDOWN_PERIOD=10",
            "!WARM_IP_TARGET"),
        fails(
            "#1160, #1602: the last free address of the full node cools",
            node(full(0, 5), full(1, 5), eni(2, 5, 4).cooling(1))
                .then(full(0, 5), full(1, 5), eni(2, 5, 4).cooling(1))
                .type("t3.medium", 17, 3, 5)
                .refused(),
            "cooldown",
            "Pods get addresses late",
            "node-full=Level.NOTE",
            "!raise the kubelet's max-pods"),
        fails(
            "The subnet is empty, and all free addresses cool",
            node(eni(0, 8, 4).cooling(4))
                .then(eni(0, 8, 4).cooling(4))
                .settings(false, "\"WARM_IP_TARGET\":4")
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6),
            "ec2-no-addresses",
            "Releases before 1.18.0 never use that subnet",
            ">refused-pods",
            ">cooldown"),
        fails(
            "#3019: stale instance metadata, and ipamD removes addresses that pods hold",
            node(eni(0, 14, 6))
                .counts("force_removed_ips", 0, 2)
                .with(it -> it.routesTo("10.0.9.30", "10.0.9.31")),
            "pod-routes",
            "have lost their addresses",
            "forced-removals=Level.WARN"),
        fails(
            "#1967, #2834, #3821: metadata omits an ENI for a while, and ipamD forgets its pods",
            node(full(0, 14))
                .then(full(0, 14), eni(1, 14, 0))
                .counts("force_removed_enis", 0, 1)
                .with(it -> it.routesTo("10.0.1.10", "10.0.1.11")),
            "pod-routes",
            "removed their ENI for a while",
            "forced-removals=Level.WARN"),
        warns(
            "#590, #712, kubernetes/kubernetes#86944: some pods have ended, and addresses are free",
            node(full(0, 14), eni(1, 14, 9)).with(it -> it.withoutPods(10)),
            "leaked-addresses",
            "Pods get addresses",
            "10 of 23",
            "This is not urgent",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "The same, and doctor does not know the interfaces",
            node(full(0, 14), eni(1, 14, 9)).with(it -> it.withoutPods(10).withoutDevices()),
            "pod-routes",
            "ipamD keeps its address",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "cilium/cilium#16007: another CNI deletes the routes to all pods",
            node(eni(0, 14, 9)).with(it -> it.withoutRoutes(9)),
            "pod-routes",
            "some pods have no network",
            "9 of 9",
            "another CNI",
            "!ipamD keeps its address"),
        fails(
            "The same, and the node is full",
            fullNode(4, 14).with(it -> it.withoutRoutes(40)),
            "pod-routes",
            "40 of 56",
            "!ipamD keeps"),
        fails(
            "#3685, with custom networking: the ENI has room for more prefixes",
            node(eni(0, 0, 0), prefixes(1, 2, 32))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .settings(true, WARM_ENI)
                .refused()
                .calls("CreateNetworkInterface", 1, 1),
            "warm-pool",
            "does not request more",
            "!ENIConfig"),
        fails(
            "The same with single addresses",
            node(eni(0, 0, 0), full(1, 9))
                .settings(true, "\"WARM_IP_TARGET\":2")
                .refused()
                .calls("CreateNetworkInterface", 1, 1),
            "warm-pool",
            "does not request more",
            "!MINIMUM_IP_TARGET",
            "!ENIConfig"),
        fails(
            "#2896: 19 of 23 addresses are held, and the others cool",
            node(eni(0, 14, 12).cooling(2), eni(1, 9, 7).cooling(2))
                .then(eni(0, 14, 12).cooling(2), eni(1, 9, 7).cooling(2))
                .settings(false, "\"WARM_IP_TARGET\":2")
                .refused(),
            "cooldown"),
        fails(
            "#2842: the pool is used up, and ipamD neither asks EC2 nor fails",
            node(prefixes(0, 3, 48)).prefixMode().refused().calls("CreateNetworkInterface", 1, 1),
            "warm-pool",
            "Pods get no address",
            "ipamD does not request",
            "!EC2 gives",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "#3544, #3811: 1.21.1 counts the unmanaged ENIs that another program attaches",
            node(full(0, 14)).release("v1.21.1").refused().calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "counts an unmanaged ENI again",
            "Release 1.23.0",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "The same with a build that reports no release, but subnets",
            node(full(0, 14)).withSubnets().refused().calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "If the release is older than 1.23.0, ipamD counts an unmanaged ENI again"),
        fails(
            "#1586: DISABLE_NETWORK_RESOURCE_PROVISIONING is true, and nobody adds ENIs",
            node(full(0, 14)).refused().calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "DISABLE_NETWORK_RESOURCE_PROVISIONING",
            "PROVISIONING'"),
        fails(
            "#3584: 1.21.1 makes no call, and 1.20 did",
            node(full(0, 14)).refused().calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "read ipamD's log",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "#488: release 1.4.1, and the pool of a new spot instance does not grow",
            new ReportedNode()
                .bodies(
                    "{\"TotalIPs\":1,\"AssignedIPs\":1,\"ENIIPPools\":{\"eni-0\":{\"IsPrimary\":true,"
                        + "\"ID\":\"eni-0\",\"DeviceNumber\":0,\"AssignedIPv4Addresses\":1,"
                        + "\"IPv4Addresses\":{\"10.0.0.1\":{\"Address\":\"10.0.0.1\","
                        + "\"Assigned\":true}}}}}")
                .requests(4, 4),
            "warm-pool",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "#3833: ipamD attached two ENIs, and never added them to its pool",
            node(full(0, 9))
                .type("m6a.large", 29, 3, 9)
                .refused()
                .errors("AttachNetworkInterface", "AttachmentLimitExceeded", 10, 12)
                .function("increaseIPPoolAllocENI", 10, 12)
                .attached("eni-0", "eni-1", "eni-2"),
            "lost-eni",
            "missing in the pool: eni-1, eni-2",
            "delete pods -l k8s-app=aws-node",
            ">ec2-attachment-limit"),
        fails(
            "#66: ipamD restarted while it attached the last ENI",
            fullNode(3, 14).refused().attached("eni-0", "eni-1", "eni-2", "eni-9"),
            "lost-eni",
            "missing in the pool: eni-9",
            "delete pods -l k8s-app=aws-node",
            ">refused-pods",
            "trunk-slot=Level.OK",
            "instance-enis=Level.OK"),
        fails(
            "#66: the same while instance metadata does not answer",
            fullNode(3, 14).refused().attached(),
            "trunk-slot",
            "missing in ipamD's pool",
            "aws ec2 describe-instances"),
        fails(
            "Release 1.15.5 repeats a call that EC2 throttles, and counts no error yet",
            node(full(0, 14))
                .refused()
                .calls("CreateTags", 1, 1)
                .counts("ipamd_action_inprogress{fn=\"increaseDatastorePool\"}", 1, 1),
            "stuck-action",
            "errorCode"),
        fails(
            "#3644, #3649: from 1.19.4 to 1.21.1 ipamD waits without end for an answer of EC2",
            node(full(0, 14))
                .refused()
                .calls("CreateNetworkInterface", 4, 4)
                .counts("ipamd_action_inprogress{fn=\"nodeIPPoolReconcile\"}", 1, 1),
            "stuck-action",
            "releases 1.19.4 to 1.21.1",
            "Releases before 1.19.4 repeat",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "aws-samples/eks-install-guide-for-multus: ENIs for Multus came after ipamD's start",
            fullNode(2, 14)
                .refused()
                .errors("AttachNetworkInterface", "AttachmentLimitExceeded", 10, 12)
                .attached("eni-0", "eni-1", "eni-8", "eni-9"),
            "lost-eni",
            "does not begin with aws-K8S",
            "Description",
            ">ec2-attachment-limit"),
        fails(
            "#3752: all free addresses of the prefixes cool",
            node(prefixes(0, 2, 16).cooling(16))
                .then(prefixes(0, 2, 16).cooling(16))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .settings(false, WARM_ENI)
                .refused(),
            "cooldown",
            "WARM_IP_TARGET=20"),
        fails(
            "#1204: ipamD cannot set up an ENI that it attached",
            node(full(0, 14))
                .refused()
                .calls("CreateNetworkInterface", 4, 5)
                .function("increaseIPPoolsetupENIFailed", 3, 4)
                .attached("eni-0", "eni-1"),
            "lost-eni",
            "eni-1"),
        fails(
            "#1724, #1872: the first ENI for pods needs minutes, and there is an ENIConfig",
            node(eni(0, 0, 0))
                .type("m5.large", 20, 3, 9)
                .settings(true, "\"WARM_IP_TARGET\":5")
                .refused()
                .startedAgo(150)
                .calls("CreateNetworkInterface", 1, 5)
                .attached("eni-0", "eni-1"),
            "no-addresses",
            "is adding addresses",
            "lost-eni=Level.NOTE"),
        fails(
            "#1203: the role lacks the right to attach a trunk ENI",
            fullNode(3, 14)
                .refused()
                .counts("pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"}", 60, 66),
            "trunk-slot",
            "3 of 4 ENIs",
            "66 requests",
            ">node-full"),
        fails(
            "#3094, aws/containers-roadmap#1554: t3 has no trunk ENI, and loses a slot",
            fullNode(2, 5)
                .type("t3.medium", 17, 3, 5)
                .refused()
                .calls("CreateNetworkInterface", 5, 5),
            "trunk-slot"),
        fails(
            "#1058: release 1.5.7, and the ENIConfig has another name",
            new ReportedNode()
                .bodies(
                    "{\"TotalIPs\":0,\"AssignedIPs\":0,\"ENIIPPools\":{\"eni-0\":{\"IsPrimary\":true,"
                        + "\"ID\":\"eni-0\",\"DeviceNumber\":0,\"AssignedIPv4Addresses\":0,"
                        + "\"IPv4Addresses\":{}}}}")
                .settings(true, WARM_ENI),
            "eniconfig"),
        fails(
            "#2369: the type has two ENIs, and the second slot waits for a trunk",
            node(eni(0, 0, 0)).type("r7g.medium", 8, 2, 3).settings(true, WARM_ENI).refused(),
            "eniconfig",
            "trunk ENI",
            "ENABLE_POD_ENI"),
        fails(
            "#344: failed to add host route: file exists",
            node(eni(0, 14, 4))
                .counts("add_ip_req_count", 1400, 1411)
                .counts("del_ip_req_count{reason=\"PodDeleted\"}", 720, 722)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 679, 688),
            "pod-setup",
            "688",
            "9 of them",
            "plugin.log",
            "kubectl drain"),
        fails(
            "#1399: EC2 detaches an ENI slowly, and ipamD deletes it too early",
            node(full(0, 14))
                .refused()
                .errors("DeleteNetworkInterface", "InvalidParameterValue", 4, 6),
            "warm-pool",
            "ec2-other=Level.NOTE"),
        fails(
            "#194: EC2 attaches the ENI, and instance metadata does not show it",
            node(full(0, 14))
                .refused()
                .calls("CreateNetworkInterface", 4, 5)
                .function("increaseIPPoolwaitENIAttachedFailed", 3, 4),
            "warm-pool",
            "A new ENI did not appear in time",
            "Instance metadata"),
        fails(
            "#3681: metadata has no IPv4 CIDR of an ENI, so a new ENI never joins the pool",
            node(full(0, 14))
                .refused()
                .metadata("GetSubnetIPv4CIDRBlock", "IMDSRequestError", 20, 32)
                .function("reconcileFailedGetENIs", 3, 4)
                .calls("CreateNetworkInterface", 4, 5)
                .function("increaseIPPoolwaitENIAttachedFailed", 3, 4),
            "metadata-away",
            "has only IPv6 addresses",
            ">warm-pool"),
        fails(
            "Prefixes were switched on, and single addresses take all slots",
            node(full(0, 9), eni(1, 9, 5), eni(2, 9, 0))
                .type("m5.large", 29, 3, 144)
                .refused()
                .calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "no slot for a prefix",
            "Replace the node",
            "!warm targets"),
        fails(
            "Prefixes were switched on, single addresses take all slots, and some of them cool",
            node(full(0, 9), eni(1, 9, 5).cooling(2), eni(2, 9, 0))
                .type("m5.large", 29, 3, 144)
                .refused()
                .calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "no slot for a prefix"),
        fails(
            "Prefixes were switched off, and prefixes take all slots",
            node(
                    new ReportedNode.E(0, "", 9, 144, 20),
                    new ReportedNode.E(1, "", 9, 144, 0),
                    new ReportedNode.E(2, "", 9, 144, 0))
                .type("m5.large", 29, 3, 9)
                .refused()
                .calls("DescribeNetworkInterfaces", 3, 3),
            "warm-pool",
            "no slot for a single address",
            "Replace the node",
            "!warm targets"),
        fails(
            "aws/amazon-ecs-agent#1520: EC2 attaches ENIs that do not appear on the node",
            node(full(0, 14))
                .refused()
                .calls("AttachNetworkInterface", 10, 12)
                .function("increaseIPPoolwaitENIAttachedFailed", 10, 12),
            "warm-pool",
            "A new ENI did not appear in time",
            "describe-network-interfaces",
            "delete pods -l k8s-app=aws-node",
            "replace the node",
            "kubectl drain"),
        fails(
            "#322: the kernel rejects the routes of new ENIs",
            node(prefixes(0, 2, 32))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .refused()
                .calls("AttachNetworkInterface", 10, 12)
                .function("increaseIPPoolsetupENIFailed", 10, 12),
            "warm-pool",
            "the kernel rejected",
            "kubectl drain"),
        fails(
            "#3706: no security group has the tag, and ipamD makes no call that fails",
            node(full(0, 14)).refused().function("increaseIPPoolAllocENI", 10, 12),
            "warm-pool",
            "EC2 returns no error",
            "!prefix ec2-"),
        fails(
            "awslabs/amazon-eks-ami#1392: before 1.16.4 the EFA interfaces of a p5 leave no ENI",
            node(full(0, 49)).type("p5.48xlarge", 100, -29, 49).refused(),
            "warm-pool",
            "the ENIs of other network cards",
            "!Poll again"),
        fails(
            "The same node with a release that does not subtract them",
            node(full(0, 49)).type("p5.48xlarge", 100, -29, 49).refused().release("v1.18.1"),
            "warm-pool",
            "!1.16.3"),
        fails(
            "#2056: with WARM_IP_TARGET=2 the pool grows more slowly than pods start",
            node(full(0, 10))
                .then(full(0, 10), full(1, 2))
                .settings(false, "\"WARM_IP_TARGET\":2")
                .refused()
                .calls("AssignPrivateIpAddresses", 20, 24),
            "warm-pool",
            "too slowly",
            "warm targets",
            "WARM_IP_TARGET"),
        fails(
            "#2804: a burst of pods, and the default targets",
            node(full(0, 9))
                .then(full(0, 9), full(1, 9))
                .type("m5.large", 29, 3, 9)
                .settings(false, WARM_ENI)
                .refused()
                .calls("CreateNetworkInterface", 5, 6),
            "warm-pool",
            "too slowly",
            "WARM_ENI_TARGET=2"),
        fails(
            "The same with prefixes",
            node(prefixes(0, 1, 16))
                .then(prefixes(0, 2, 32))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .settings(false, WARM_ENI)
                .refused()
                .calls("AssignPrivateIpAddresses", 5, 6),
            "warm-pool",
            "WARM_PREFIX_TARGET=2"),
        fails(
            "#2984, #3067: the node's subnet is excluded, and no other subnet has the tag",
            node(eni(0, 14, 0).excluded())
                .settings(false, WARM_ENI)
                .refused()
                .function("increaseIPPoolAllocENI", 10, 12),
            "warm-pool",
            "kubernetes.io/role/cni=0",
            "create-tags"),
        fails(
            "#2984: the same, and the ENI has no address",
            node(eni(0, 0, 0).excluded()).refused().function("increaseIPPoolAllocENI", 10, 12),
            "no-addresses",
            "kubernetes.io/role/cni=0",
            "!ENIConfig",
            ">warm-pool"),
        fails(
            "#2265: the node is cordoned, and DaemonSets need addresses",
            node(full(0, 14)).refused().calls("DescribeNetworkInterfaces", 2, 2),
            "warm-pool",
            "cordoned",
            "spec.unschedulable"),
        fails(
            "#203, #596, #1649: Multus calls the VPC CNI after another CNI",
            node(eni(0, 14, 4).cooling(2))
                .requests(4, 4)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 679, 683),
            "pod-setup",
            "\"default route: file exists\": another CNI",
            "Multus must call the VPC CNI first"),
        fails(
            "#707: the pod's sandbox has ended before the CNI plugin sets it up",
            node(eni(0, 14, 4).cooling(2))
                .requests(4, 4)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 20, 24),
            "pod-setup",
            "sandbox has ended",
            "memory limit",
            "FailedCreatePodSandBox"),
        fails(
            "#3460: the CNI plugin finds no MAC address for the pod",
            node(eni(0, 14, 4).cooling(2))
                .requests(6, 6)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 12, 14),
            "pod-setup",
            "plugin.log"),
        fails(
            "#1514: another program deleted the route to a pod",
            node(eni(0, 14, 5)).with(it -> it.withoutRoutes(1)),
            "pod-routes",
            "NetworkManager"),
        fails(
            "#3876: ipamD restarted with an incomplete list of prefixes",
            node(prefixes(0, 1, 4)).prefixMode().with(it -> it.routesTo("10.0.9.4")),
            "pod-routes",
            "10.0.9.4"),
        fails(
            "#2482, #2650: WARM_IP_TARGET is 0, and MINIMUM_IP_TARGET is the limit",
            node(full(0, 11))
                .settings(false, WARM_ENI + ",\"WARM_ENI_TARGET\":0")
                .refused()
                .calls("CreateNetworkInterface", 1, 1),
            "warm-pool",
            "does not request more",
            "MINIMUM_IP_TARGET is set without WARM_IP_TARGET",
            "grep -A 1 -E '_TARGET"),
        fails(
            "#2378: IP_COOLDOWN_PERIOD is two minutes, and the agent does not know it",
            node(eni(0, 14, 10).cooling(4))
                .changed("2026-11-28T00:00:25Z", "2026-11-27T23:59:20Z")
                .changed("2026-11-28T00:00:24.2Z", "2026-11-27T23:50:00Z")
                .refused(),
            "refused-pods",
            "IP_COOLDOWN_PERIOD of aws-node is longer",
            "grep -A 1 COOLDOWN"),
        fails(
            "seankhliao.com, EKS out of IPs: 20 of 29 addresses cool",
            node(eni(0, 29, 9).cooling(20))
                .then(eni(0, 29, 9).cooling(20))
                .type("m5.4xlarge", 234, 8, 29)
                .refused(),
            "cooldown",
            "WARM_IP_TARGET=25"),
        fails(
            "#711: ipamD found no pods when it restarted, and gives their addresses away",
            node(eni(0, 14, 3)).with(node -> node.routesTo("10.0.0.20", "10.0.0.21")),
            "pod-routes",
            "Two pods then have the same address",
            "10.0.0.20, 10.0.0.21"));
  }

  private static Stream<Report> ofFullNodes() {
    return Stream.of(
        fails(
            "#590, #712: before 1.15.1 ipamD holds the addresses of 30 pods that have ended",
            fullNode(4, 14).requests(4, 4).with(it -> it.withoutPods(30)),
            "leaked-addresses",
            "Pods get no address",
            ">node-full"),
        fails(
            "cilium/cilium#9730: EC2 attaches no ENI with more addresses than the type permits",
            fullNode(1, 49)
                .type("g4dn.16xlarge", 737, 15, 49)
                .refused()
                .errors(
                    "AttachNetworkInterface", "InvalidInterface.IpAddressLimitExceeded", 10, 12),
            "instance-type",
            "EC2 answered InvalidInterface.IpAddressLimitExceeded 12 times",
            ">ec2-eni-limit"),
        fails(
            "#1296: ipamD expects 15 ENIs of inf1.24xlarge, and EC2 permits 11",
            fullNode(11, 29)
                .type("inf1.24xlarge", 437, 15, 29)
                .refused()
                .errors("AttachNetworkInterface", "AttachmentLimitExceeded", 10, 12)
                .function("increaseIPPoolAllocENI", 10, 12),
            "node-full",
            "319 of 319",
            "instance-type=Level.WARN"),
        fails(
            "#1499: in release 1.8 the CNI plugin sets up pods without an address",
            fullNode(4, 14)
                .requests(4, 4)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 12, 16),
            "node-full",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "ministryofjustice/cloud-platform#4669: an upgrade switched prefixes off",
            node(new ReportedNode.E(0, "", 3, 48, 40), full(1, 9), full(2, 9))
                .type("m5.large", 110, 3, 9)
                .refused(),
            "node-full",
            "Prefixes were switched off",
            "ENABLE_PREFIX_DELEGATION=true again",
            "mixed-prefixes=Level.WARN"),
        fails(
            "The node is full, and two pods have ended",
            fullNode(4, 14).refused().with(it -> it.withoutPods(2)),
            "node-full",
            "leaked-addresses=Level.NOTE"),
        calm(
            "aws/karpenter-provider-aws#6102, aws/karpenter-provider-aws#7505,"
                + " aws/karpenter-provider-aws#8210: max-pods ignores prefixes",
            node(prefixes(0, 3, 26)).prefixMode().with(it -> it.maxPods(29))),
        fails(
            "#317: kops, and all three ENIs of a t2.xlarge are full",
            fullNode(3, 14).type("t2.xlarge", 110, 3, 14).requests(4, 4),
            "node-full",
            "42 of 42",
            "Nitro",
            "!ENABLE_PREFIX_DELEGATION"),
        fails(
            "#1709: c5.2xlarge has 56 addresses",
            fullNode(4, 14).type("c5.2xlarge", 110, 4, 14).requests(4, 4),
            "node-full",
            "more pods wait",
            "ENABLE_PREFIX_DELEGATION"),
        fails(
            "aws-ia/terraform-aws-eks-blueprints#1493: the node is older than the setting of"
                + " prefixes",
            fullNode(3, 9).type("m5.large", 110, 3, 9).refused(),
            "node-full",
            "27 of 27",
            "max-pods=Level.WARN"),
        calm(
            "#2099, kubernetes/autoscaler#2210, oschvr.com: the kubelet admits no more pods",
            fullNode(3, 5).type("t3.medium", 17, 3, 5)),
        fails(
            "#3109: 64 addresses are held, and the kubelet admits 64 pods",
            node(prefixes(0, 4, 64)).prefixMode().refused().with(node -> node.maxPods(64)),
            "leaked-addresses",
            "delete pods -l k8s-app=aws-node"),
        fails(
            "#1411, #1939: most pods have ended, and ipamD keeps their addresses",
            fullNode(4, 14).refused().with(node -> node.withoutPods(40)),
            "leaked-addresses",
            "40 of 56",
            "restart aws-node",
            ">node-full"),
        fails(
            "#2352: some pods have ended, and ipamD keeps their addresses",
            fullNode(4, 14).refused().with(node -> node.withoutPods(12)),
            "leaked-addresses",
            "12 of 56",
            "restart aws-node",
            ">node-full"),
        fails(
            "#533, #59: the release does not know the instance type",
            node(eni(0, 0, 0)).type("m5.metal", 110, 0, 14).requests(5, 5),
            "node-full",
            "does not know the instance type",
            "update-addon",
            ">no-addresses"),
        fails(
            "#2872: since 1.16.4 pods no longer use the trunk ENI",
            node(full(0, 9), eni(1, 0, 0).trunk(), full(2, 9)).type("m5.large", 29, 3, 9).refused(),
            "node-full",
            "18 of 18",
            "without the trunk ENI"),
        fails(
            "#1446, #1602, kubernetes/autoscaler#2517, kubernetes/autoscaler#4203: jobs each"
                + " minute, and no more ENIs fit",
            fullNode(4, 14).refused(),
            "node-full"),
        fails(
            "#1077: an unmanaged ENI and custom networking leave one ENI for pods",
            node(eni(0, 0, 0), full(1, 9))
                .type("m5.large", 29, 2, 9)
                .settings(true, "\"WARM_IP_TARGET\":10")
                .refused(),
            "node-full",
            "9 of 9",
            "unmanaged",
            "custom networking",
            "max-pods=Level.WARN"),
        fails(
            "#1480, aws/karpenter-provider-aws#3989: custom networking takes an ENI",
            node(eni(0, 0, 0), full(1, 5), full(2, 5))
                .type("t3.medium", 17, 3, 5)
                .settings(true, WARM_ENI)
                .refused(),
            "node-full",
            "10 of 10",
            "custom networking"),
        fails(
            "#2892, awslabs/amazon-eks-ami#2051: pods no longer use the trunk ENI",
            node(full(0, 14), full(1, 14), full(2, 14), eni(3, 0, 0).trunk()).refused(),
            "node-full",
            "42 of 42",
            "without the trunk ENI",
            "ENABLE_POD_ENI"),
        fails(
            "#3189: custom networking and the trunk ENI take both ENIs of a p5",
            node(eni(0, 0, 0), eni(1, 0, 0).trunk())
                .type("p5.48xlarge", 100, 2, 49)
                .settings(true, WARM_ENI)
                .refused(),
            "node-full",
            "No ENI of this node",
            "custom networking",
            "without the trunk ENI",
            ">no-addresses"),
        fails(
            "#3238, awslabs/amazon-eks-ami#2201: custom networking, and max-pods counts the primary"
                + " ENI",
            node(eni(0, 0, 0), full(1, 14), full(2, 14), full(3, 14))
                .type("t3.2xlarge", 58, 4, 14)
                .settings(true, WARM_ENI)
                .refused(),
            "node-full",
            "42 of 42",
            "max-pods=Level.WARN"),
        fails(
            "aws/karpenter-provider-aws#7318: all 232 addresses of x2iedn.4xlarge",
            fullNode(8, 29).type("x2iedn.4xlarge", 234, 8, 29).refused(),
            "node-full",
            "232",
            "ENABLE_PREFIX_DELEGATION"),
        fails(
            "#890: release 1.5.5 does not count refused pods, and the node is full",
            fullNode(4, 14).requests(4, 4),
            "node-full",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "aws/karpenter-provider-aws#5317: m7g.medium has six addresses, and max-pods is 110",
            fullNode(2, 3).type("m7g.medium", 110, 2, 3).refused(),
            "node-full",
            "6 of 6",
            "max-pods=Level.WARN"),
        fails(
            "aws-ia/terraform-aws-eks-blueprints#1757: the node has two addresses",
            fullNode(2, 1).type("t3.nano", 110, 2, 1).refused(),
            "node-full"),
        calm(
            "An old release, and a pod waited for a cooling address of the full node",
            node(full(0, 14), full(1, 14), full(2, 14), eni(3, 14, 13).cooling(1))
                .then(full(0, 14), full(1, 14), full(2, 14), full(3, 14))
                .requests(3, 3)),
        calm(
            "An old release, and the full node has a trunk ENI for the new pods",
            node(full(0, 14), full(1, 14), full(2, 14), eni(3, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(3, 0)),
        warns(
            "An old release, and all free addresses cool",
            node(eni(0, 29, 9).cooling(20))
                .then(eni(0, 29, 9).cooling(20))
                .type("m5.4xlarge", 234, 8, 29)
                .requests(6, 6),
            "warm-pool",
            "has been unknown since"),
        fails(
            "#1203: 1.7 counts no refused pods, and the role lacks the right for the trunk ENI",
            fullNode(3, 14)
                .requests(6, 6)
                .counts("pod_eni_error_count{fn=\"askForTrunkENIIfNeeded\"}", 60, 66),
            "trunk-slot",
            "66 requests",
            ">node-full"),
        calm("An old release, and no pod waits on the full node", fullNode(4, 14).requests(0, 0)),
        calm(
            "An old release, and jobs on a nearly full node",
            node(full(0, 14), full(1, 14), full(2, 14), eni(3, 14, 12).jobs(2)).requests(2, 2)),
        fails(
            "#251: MAX_ENI is 1",
            node(full(0, 14)).type("m5.xlarge", 58, 1, 14).refused(),
            "node-full",
            "14 of 14",
            "raise or remove it",
            "grep -A 1 MAX_ENI"),
        fails(
            "#890, #2980: all ENIs are full, and prefixes help",
            fullNode(4, 14).refused().with(node -> node.maxPods(110)),
            "node-full",
            "ENABLE_PREFIX_DELEGATION"),
        fails(
            "Smana/cloud-native-ref#1729, #1526: a type with Xen has no prefixes",
            fullNode(3, 9).type("i3.large", 110, 3, 9).refused(),
            "node-full",
            "Nitro",
            "!ENABLE_PREFIX_DELEGATION"));
  }

  /** Pods' requests fail, or pods' addresses are released soon, although the pool has addresses. */
  private static Stream<Report> ofRequests() {
    return Stream.of(
        warns(
            "aws/aws-network-policy-agent#455: the agent crashes after an upgrade",
            node(eni(0, 14, 4).waited(4)).requests(4, 4),
            "failed-requests",
            "-c aws-eks-nodeagent"),
        warns(
            "aws-samples/eks-automated-ipmgmt-multus-pods#9: Multus rejects the answer of aws-cni",
            node(eni(0, 14, 4).cooling(4)).requests(4, 4),
            "failed-requests",
            "Multus"),
        warns(
            "#1361, aws/amazon-vpc-resource-controller-k8s#71,"
                + " aws/amazon-vpc-resource-controller-k8s#188: EC2 blocks a call of the"
                + " controller",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(4, 4)
                .agentSaw(20, run("add_ip_req_count", 40, 600, 20)),
            "failed-requests",
            "BranchAllocationFailed"),
        warns(
            "#155: a pod in hundreds cannot be set up at its first attempt",
            node(eni(0, 14, 4).jobs(2))
                .requests(3, 3)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 12, 13),
            "pod-setup",
            "Pods get addresses",
            "The network of a pod could not be set up"),
        fails(
            "#1139, #3483: the CNI plugin on the node is of another release than ipamD",
            node(eni(0, 14, 4)).requests(5, 5),
            "failed-requests",
            "Pods get no address",
            "wrong client version",
            "105",
            "plugin.log"),
        fails(
            "#3216, mojaloop/project#112: the disk is full, and ipamD cannot write even its log",
            node(ipv6(0, 1, 4)).type("m5.xlarge", 110, 4, 0).requests(4, 4),
            "failed-requests",
            "cannot write its state to the disk",
            "df -h"),
        fails(
            "#1139, #1010: the same before 1.11, which does not report when pods got addresses",
            node(eni(0, 14, 4))
                .changed("\"AssignedTime\":\"2026-11-27T00:00:00Z\",", "")
                .requests(5, 5),
            "failed-requests"),
        fails(
            "The only pods of a new node fail, and no pod holds an address",
            node(eni(0, 14, 0)).startedAgo(300).requests(3, 3),
            "failed-requests"),
        warns(
            "#1288, #2049, #2814, #2970: the controller cannot annotate the pod with its branch"
                + " ENI",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(3, 3)
                .agentSaw(20, run("add_ip_req_count", 20, 290, 20)),
            "failed-requests",
            "the node has a problem since",
            "branch ENI",
            "BranchENIAnnotationFailed"),
        warns(
            "hazmei.com, stuck pods: security groups for pods on m5a.xlarge",
            node(full(0, 14), eni(1, 14, 4), eni(2, 0, 0).trunk())
                .type("m5a.xlarge", 44, 4, 14)
                .requests(2, 2)
                .agentSaw(20, run("add_ip_req_count", 20, 290, 20)),
            "failed-requests"),
        calm(
            "Three pods of a deployment start, and their first attempts come before their branch"
                + " ENIs",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk()).with(it -> it.maxPods(45)).requests(3, 3)),
        warns(
            "#2654, open-policy-agent/gatekeeper#3719: ipamD cannot annotate a pod",
            node(eni(0, 14, 4).cooling(4)).requests(4, 4),
            "failed-requests",
            "Pods get addresses",
            "ANNOTATE_POD_IP"),
        warns(
            "istio/istio#52218, projectcalico/calico#8903: the next CNI plugin in the chain fails",
            node(prefixes(0, 1, 4).cooling(3)).prefixMode().requests(3, 3),
            "failed-requests",
            "Istio"),
        warns(
            "cilium/cilium#18495: the next CNI plugin fails on IPv6",
            node(ipv6(0, 1, 4).cooling(4)).type("m5.xlarge", 110, 4, 0).requests(4, 4),
            "failed-requests"),
        warns(
            "#2897, aws/aws-network-policy-agent#213: aws-eks-nodeagent does not run",
            node(eni(0, 14, 4).waited(2)).requests(2, 2),
            "failed-requests",
            "2 s",
            "-c aws-eks-nodeagent"),
        warns(
            "The same on a node with a trunk ENI",
            node(eni(0, 14, 4).waited(2), eni(1, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(2, 2),
            "failed-requests",
            "-c aws-eks-nodeagent"),
        warns(
            "aws-eks-nodeagent does not run, and the node has prefixes",
            node(prefixes(0, 1, 4).waited(3))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .requests(3, 3),
            "failed-requests",
            "-c aws-eks-nodeagent"),
        warns(
            "aws-eks-nodeagent does not run on IPv6",
            node(ipv6(0, 1, 4).waited(3)).type("m5.xlarge", 110, 4, 0).requests(3, 3),
            "failed-requests",
            "-c aws-eks-nodeagent"),
        warns(
            "skyscrapers.eu, bpf_jit_limit: containerd cannot start the sandbox",
            node(eni(0, 14, 4).cooling(3)).requests(3, 3),
            "failed-requests",
            "container runtime"),
        warns(
            "aws/amazon-vpc-resource-controller-k8s#8: a policy forbids the annotation of pods",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(3, 3)
                .agentSaw(20, run("add_ip_req_count", 20, 290, 20)),
            "failed-requests",
            "the node has a problem since",
            "BranchENIAnnotationFailed"),
        fails(
            "The VLAN of a branch ENI cannot be set up",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk())
                .with(it -> it.maxPods(45))
                .requests(3, 3)
                .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 5, 8),
            "pod-setup"),
        fails(
            "ipamD rejects the requests of multi-NIC pods",
            cards(eni(0, 49, 4), eni(1, 49, 4)).type("p4d.24xlarge", 110, 15, 49).requests(3, 3),
            "failed-requests",
            "Pods get no address"),
        warns(
            "aws-eks-nodeagent does not run, and pods are multi-NIC",
            cards(eni(0, 49, 4).waited(3), eni(1, 49, 4).waited(3))
                .type("p4d.24xlarge", 110, 15, 49)
                .requests(3, 3),
            "failed-requests",
            "-c aws-eks-nodeagent"),
        warns(
            "#1265, #1314, cilium/cilium#14379: Cilium cannot read the output of the CNI plugin",
            node(eni(0, 14, 4).cooling(4)).requests(4, 4),
            "failed-requests",
            "Cilium"),
        calm(
            "awslabs/amazon-eks-ami#2605: portmap rejects pods with host ports, and others start",
            node(eni(0, 14, 4).cooling(3))
                .changed("2026-11-27T00:00:00Z", "2026-11-28T00:00:12Z")
                .requests(7, 3),
            "failed-requests=Level.NOTE"),
        calm(
            "aws/aws-network-policy-agent#569, aws/aws-network-policy-agent#585: a pod in a burst"
                + " starts at its second attempt",
            node(eni(0, 29, 14).waited(12))
                .changed("2026-11-27T00:00:00Z", "2026-11-28T00:00:12Z")
                .type("m5.4xlarge", 234, 8, 29)
                .requests(26, 12)),
        calm(
            "#3347: network card 0 has no address, and pods get addresses of card 1",
            ofCards(full(0, 49), eni(1, 49, 3)).refused().requests(4, 1)),
        warns(
            "#3347: network card 1 has no address, and multi-NIC pods wait",
            ofCards(eni(0, 49, 4), eni(1, 0, 0)).refused().requests(4, 4),
            "refused-pods",
            "A multi-NIC pod needs one on each card"),
        fails(
            "Multi-NIC pods wait, because network card 1 gets no ENI: the subnet is empty",
            withoutEniOnCard1()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 2, 5),
            "ec2-no-addresses",
            ">warm-pool",
            ">refused-pods"),
        fails(
            "Multi-NIC pods wait, because network card 1 gets no ENI, and ipamD counts no error",
            withoutEniOnCard1(),
            "warm-pool",
            "network card 1: 0 of 0 addresses are available",
            ">refused-pods"),
        calm(
            "Multi-NIC pods get addresses",
            cards(eni(0, 49, 4), eni(1, 49, 4))
                .changed("2026-11-27T00:00:00Z", "2026-11-28T00:00:12Z")
                .type("p4d.24xlarge", 110, 15, 49)
                .requests(4, 0)),
        calm(
            "#2123, #2166, #3112, aws/amazon-vpc-resource-controller-k8s#154: pods wait for the"
                + " scheduler",
            node(eni(0, 14, 9), eni(1, 0, 0).trunk()).with(it -> it.maxPods(45))),
        calm(
            "#3066, #3494: the first attempt fails until the controller has annotated the pod",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk()).with(it -> it.maxPods(45)).requests(4, 2)),
        calm("One request is no failure yet", node(eni(0, 14, 4)).requests(1, 0)));
  }

  /** A node with an ENI on each network card, and no multi-NIC pods. */
  private static ReportedNode withoutEniOnCard1() {
    return cards(eni(0, 49, 4))
        .changed("{\"0\":", "{\"1\":{\"ENIs\":{}},\"0\":")
        .type("p4d.24xlarge", 110, 15, 49)
        .refused()
        .requests(4, 4);
  }

  private static ReportedNode ofCards(ReportedNode.E... enis) {
    return cards(enis)
        .changed("\"interfacesCount\":2", "\"interfacesCount\":1")
        .type("p4d.24xlarge", 737, 15, 49);
  }

  /** Pods get their addresses, or doctor cannot know whether they do. */
  private static Stream<Report> ofServedRequests() {
    return Stream.of(
        calm(
            "Jobs of 2 s and of 5 s",
            node(eni(0, 14, 4).waited(2), eni(1, 14, 0).jobs(1)).requests(3, 3)),
        calm(
            "A job of 2 s, and a pod that stays",
            node(eni(0, 14, 4).waited(2))
                .changed("2026-11-27T00:00:00Z", "2026-11-28T00:00:12Z")
                .requests(3, 2)),
        calm("A job of 5 s every 15 s", node(eni(0, 14, 4).jobs(2)).requests(2, 2)),
        calm(
            "The same with prefixes",
            node(prefixes(0, 1, 4).jobs(2))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .requests(2, 2)),
        calm(
            "The same on IPv6",
            node(ipv6(0, 1, 4).jobs(2)).type("m5.xlarge", 110, 4, 0).requests(2, 2)),
        calm(
            "Release 1.10 does not report when pods got their addresses, and only jobs run",
            node(eni(0, 14, 0).jobs(2))
                .changed("\"AssignedTime\":\"2026-11-28T00:00:20Z\",", "")
                .requests(2, 2)),
        calm(
            "Two pods get branch ENIs",
            node(eni(0, 14, 4), eni(1, 0, 0).trunk()).with(it -> it.maxPods(45)).requests(2, 0)),
        calm(
            "A pod got its address, and ipamD has another time zone",
            node(eni(0, 14, 4))
                .changed("2026-11-27T00:00:00Z", "2026-11-28T09:00:12.123456789+09:00")
                .requests(2, 0)),
        calm(
            "A job, and ipamD restored the addresses of the other pods without times",
            node(eni(0, 14, 4).jobs(2))
                .changed("2026-11-27T00:00:00Z", "1754-08-30T22:43:41.128654848Z")
                .requests(2, 2)),
        calm(
            "Pods hold more addresses than before, and ipamD reports no new time",
            node(eni(0, 14, 4)).then(eni(0, 14, 6)).requests(3, 0)),
        calm("All pods use the network of the host", node(eni(0, 14, 0)).requests(0, 0)),
        fails(
            "Requests fail, and the addresses of the other pods have no times",
            node(eni(0, 14, 4))
                .changed("2026-11-27T00:00:00Z", "1754-08-30T22:43:41.128654848Z")
                .requests(3, 3),
            "failed-requests"),
        fails(
            "A pod of yesterday ends while new pods get no address",
            node(eni(0, 14, 4).jobs(1))
                .changed("2026-11-28T00:00:20Z", "2026-11-27T00:00:00Z")
                .requests(3, 4),
            "failed-requests"));
  }

  /** The agent's last increase is up to a minute older than doctor's poll. */
  @Test
  void onePollFindsFailedRequestsWithTheHelpOfTheAgent() {
    RecentIncrease requests = run("add_ip_req_count", 20, 290, 20);
    ReportedNode failing = node(eni(0, 14, 4)).requests(20, 20).agentSaw(20, requests);
    ReportedNode restarted =
        node(eni(0, 14, 4)).startedAgo(10).counts("add_ip_req_count", 0, 0).agentSaw(20, requests);
    ReportedNode freed =
        node(eni(0, 14, 4))
            .requests(2, 2)
            .agentSaw(20, run("add_ip_req_count", 2, 20, 20), run("ec2api_req_count", 1, 20, 20));

    ReportedNode young =
        node(eni(0, 14, 0))
            .startedAgo(300)
            .counts("add_ip_req_count", 24, 24)
            .agentSaw(20, run("add_ip_req_count", 24, 280, 20));

    assertThat(failing.diagnosed(1).verdict().finding()).hasValue("failed-requests");
    assertThat(young.diagnosed(1).verdict().finding()).hasValue("failed-requests");
    assertThat(restarted.diagnosed(1).verdict().level()).isEqualTo(OK);
    assertThat(freed.diagnosed(1).verdict().level()).isEqualTo(OK);
  }

  /** With several causes, the verdict is the cause that has to be removed first. */
  private static Stream<Report> ofSeveralCauses() {
    return Stream.of(
        fails(
            "The node is full, and so is its subnet, in which new nodes get no address either",
            fullNode(4, 14).refused().with(it -> it.freeInSubnet(0)),
            "node-full",
            "First give new nodes a subnet with free addresses",
            "describe-subnets",
            ">refused-pods"),
        fails(
            "The same after prefixes were switched off: switching them on needs no subnet",
            node(new ReportedNode.E(0, "", 3, 48, 40), full(1, 9), full(2, 9))
                .type("m5.large", 110, 3, 9)
                .refused()
                .with(it -> it.freeInSubnet(0)),
            "node-full",
            "Before you add nodes, give new nodes a subnet",
            "!First"),
        fails(
            "The subnet of one network card is empty, and EC2 says so too",
            cards(eni(0, 14, 6), full(1, 6))
                .type("p4d.24xlarge", 100, 15, 49)
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6)
                .with(it -> it.freeInSubnet(0)),
            "ec2-no-addresses",
            ">subnet",
            "!Releases before 1.18.0"),
        fails(
            "The kubelet admits a pod more than expected, and the subnet has no address for it",
            node(full(0, 14), full(1, 3))
                .refused()
                .errors("AssignPrivateIpAddresses", "InsufficientFreeAddressesInSubnet", 5, 6)
                .with(it -> it.maxPods(20)),
            "ec2-no-addresses",
            "unattached",
            "node-full=Level.OK",
            ">refused-pods"),
        fails(
            "Metadata lacks a value of an ENI, so that ipamD adds no ENI to the empty pool",
            node(full(0, 14))
                .refused()
                .metadata("GetMACImdsFields", "IMDSRequestError", 6, 9)
                .function("reconcileFailedGetENIs", 6, 9),
            "metadata-away",
            "Compare the ENIs of the instance",
            ">warm-pool",
            ">refused-pods"),
        fails(
            "The quota is used up, and EC2 throttles the search for unattached ENIs",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "NetworkInterfaceLimitExceeded", 4, 6)
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 4, 6),
            "ec2-interface-quota",
            "Delete unattached interfaces",
            "ec2-throttled=Level.WARN"),
        fails(
            "DescribeSubnets is denied since an upgrade to 1.22, and custom networking goes on",
            node(eni(0, 0, 0), full(1, 14))
                .settings(true, WARM_ENI)
                .withSubnets()
                .refused()
                .errors("DescribeSubnets", "UnauthorizedOperation", 6, 9)
                .function("increaseIPPoolsetupENIFailed", 1, 2),
            "ec2-denied",
            "eni-network=Level.WARN"),
        calm(
            "The subnet of the primary ENI is empty, and custom networking uses another",
            node(eni(0, 0, 0), eni(1, 14, 3))
                .settings(true, "\"WARM_IP_TARGET\":2")
                .with(
                    fixture ->
                        fixture
                            .maxPods(45)
                            .subnets(
                                pool ->
                                    pool.enis().stream().anyMatch(Eni::primary)
                                        ? List.of(new Subnet("subnet-node", 0, 251))
                                        : List.of(new Subnet("subnet-pods", 4_000, 80))))),
        fails(
            "One of two subnets is empty, and ipamD does not use the other",
            node(full(0, 14), full(1, 14))
                .refused()
                .with(
                    fixture ->
                        fixture.subnets(
                            pool ->
                                List.of(
                                    new Subnet("subnet-1", 0, 251),
                                    new Subnet("subnet-2", 4_000, 80)))),
            "warm-pool",
            "subnet=Level.NOTE"),
        fails(
            "Full node while EC2 throttles the search for unattached ENIs",
            node(prefixes(0, 7, 112))
                .prefixMode()
                .with(fixture -> fixture.maxPods(115))
                .refused()
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 5, 6),
            "node-full"),
        fails(
            "Full node, and ipamD cannot release an ENI",
            node(full(0, 14), full(1, 3))
                .with(fixture -> fixture.maxPods(20))
                .refused()
                .errors("DetachNetworkInterface", "InvalidAttachmentID.NotFound", 5, 6),
            "node-full"),
        fails(
            "Instance metadata lacked a value of an ENI, and the pool grew",
            node(eni(0, 14, 10))
                .then(full(0, 14))
                .metadata("GetSubnetIPv4CIDRBlock", "IMDSRequestError", 6, 9)
                .calls("CreateNetworkInterface", 1, 2)
                .calls("AttachNetworkInterface", 1, 2)
                .calls("ModifyNetworkInterfaceAttribute", 1, 2)
                .refused(),
            "warm-pool",
            "metadata-away=Level.WARN"),
        fails(
            "EC2 denied calls an hour ago, and throttles calls now",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 12, 12)
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 4, 6)
                .agentSaw(
                    20,
                    run(
                        "aws_api_error_count{api=\"CreateNetworkInterface\",error=\"UnauthorizedOperation\"}",
                        12,
                        5_000,
                        4_000)),
            "ec2-throttled",
            "ec2-denied=Level.NOTE"),
        fails(
            "EC2 throttles calls, and the subnet is empty",
            node(full(0, 14))
                .refused()
                .errors("AssignPrivateIpAddresses", "RequestLimitExceeded", 10, 20)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 10, 12),
            "ec2-no-addresses",
            ">refused-pods",
            "ec2-throttled=Level.WARN"),
        fails(
            "EC2 denies calls, and ipamD restarts",
            node(full(0, 14))
                .refused()
                .startedAgo(100)
                .restarted(4)
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 10, 12),
            "ec2-denied",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "The subnet is empty, and ipamD restarts",
            node(full(0, 14))
                .refused()
                .startedAgo(100)
                .restarted(4)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 10, 12),
            "ec2-no-addresses",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "The node is full, and EC2 throttles calls",
            fullNode(4, 14)
                .refused()
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "node-full",
            ">refused-pods",
            "ec2-throttled=Level.WARN"),
        fails(
            "The node is full, and ipamD cannot compare its pool with instance metadata",
            fullNode(4, 14)
                .refused()
                .metadata("GetMACs", "IMDSRequestError", 3, 4)
                .function("reconcileFailedGetENIs", 3, 4),
            "node-full",
            "metadata-away=Level.WARN",
            "ipamd-errors=Level.WARN"),
        fails(
            "EC2 denies calls, and ipamD cannot compare its pool with instance metadata",
            node(full(0, 14))
                .refused()
                .metadata("GetMACs", "IMDSRequestError", 3, 4)
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 3, 5),
            "ec2-denied",
            ">refused-pods"),
        fails(
            "The node is full, and its CNI plugin cannot set up pods",
            fullNode(4, 14).refused().counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 12, 16),
            "node-full",
            "Pods get no address",
            ">refused-pods"),
        fails(
            "The credentials have expired, and EC2 denied calls before",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 8, 8)
                .errors("AssignPrivateIpAddresses", "ExpiredToken", 3, 5),
            "ec2-denied",
            "does not accept the credentials",
            "!attach-role-policy"),
        fails(
            "EC2 denies a call, and denied another call before",
            node(full(0, 14))
                .refused()
                .errors("DescribeSubnets", "UnauthorizedOperation", 8, 8)
                .errors("CreateNetworkInterface", "UnauthorizedOperation", 3, 5),
            "ec2-denied",
            "AttributeValue=CreateNetworkInterface"),
        warns(
            "The node has no trunk ENI, and pods need branch ENIs",
            node(eni(0, 14, 4))
                .requests(4, 4)
                .counts("pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"}", 60, 66),
            "pod-enis",
            "Only pods with security groups of their own do not start since"),
        warns(
            "aws-eks-nodeagent does not run, and EC2 throttles calls that no pod waits for",
            node(eni(0, 14, 4).waited(2))
                .requests(2, 2)
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 3, 5),
            "failed-requests",
            "ec2-throttled=Level.WARN"),
        fails(
            "EC2 denies a call that no pod waits for, and ipamD rejects all requests",
            node(eni(0, 14, 4))
                .requests(5, 5)
                .errors("DescribeSecurityGroups", "UnauthorizedOperation", 10, 12),
            "failed-requests",
            "ec2-denied=Level.WARN"));
  }

  /** Large and small nodes, new nodes, and nodes that lose their pods. */
  private static Stream<Report> ofOtherNodes() {
    return Stream.of(
        warns(
            "1.22.0 to 1.23.1: DescribeSubnets failed once while ipamD set up an ENI",
            node(full(0, 14), eni(1, 14, 3))
                .withSubnets()
                .failed("DescribeSubnets", 2, 2)
                .function("increaseIPPoolsetupENIFailed", 1, 1),
            "eni-network",
            "Pods get addresses",
            "may have no network",
            "1.23.2",
            "delete pods -l k8s-app=aws-node"),
        calm(
            "The same with the release that mends it",
            node(full(0, 14), eni(1, 14, 3))
                .withSubnets()
                .release("v1.23.2-eksbuild.1")
                .failed("DescribeSubnets", 2, 2)),
        calm(
            "The same with a release that does not check the subnet",
            node(full(0, 14), eni(1, 14, 3)).release("v1.21.2").failed("DescribeSubnets", 2, 2)),
        fails(
            "t3.nano has one address for pods on each of two ENIs",
            fullNode(2, 1).type("t3.nano", 4, 2, 1).refused(),
            "node-full",
            "2 = 2 ENIs × 1"),
        fails(
            "m7i.48xlarge is full",
            fullNode(15, 49).type("m7i.48xlarge", 737, 15, 49).refused(),
            "node-full",
            "735 = 15 ENIs × 49"),
        calm(
            "The second network card has addresses",
            new ReportedNode()
                .type("p4d.24xlarge", 737, 15, 49)
                .bodies(
                    "{\"0\":{\"TotalIPs\":49,\"AssignedIPs\":49,\"ENIs\":{%s}},"
                            .formatted(full(0, 49).json())
                        + "\"1\":{\"TotalIPs\":49,\"AssignedIPs\":3,\"ENIs\":{%s}}}"
                            .formatted(eni(1, 49, 3).json()))),
        fails(
            "ipamD has just started, and answers before it has an address",
            node(eni(0, 0, 0)).startedAgo(20).calls("AssignPrivateIpAddresses", 0, 1),
            "no-addresses",
            "is adding addresses",
            "!lacks permissions"),
        warns(
            "Pods came before the first addresses",
            node(eni(0, 0, 0))
                .then(eni(0, 14, 4))
                .startedAgo(20)
                .counts("no_available_ip_addresses", 0, 3)
                .calls("AssignPrivateIpAddresses", 0, 1),
            "refused-pods"),
        fails(
            "#1055, #1425, #3235, eksctl-io/eksctl#4342: aws-node restarts again and again",
            node(eni(0, 14, 8)).startedAgo(90).restarted(4),
            "ipamd-restarts",
            "only between restarts",
            "OOMKilled",
            "Liveness probe failed"),
        fails(
            "#2436: 1.13.2 runs out of memory again and again",
            node(eni(0, 14, 4)).release("v1.13.2-eksbuild.1").startedAgo(90).restarted(4),
            "ipamd-restarts",
            "cni-release=Level.NOTE"),
        calm(
            "The node is being drained",
            node(eni(0, 14, 12)).then(eni(0, 14, 2).jobs(10)).requests(0, 10)),
        fails(
            "Custom networking, and the subnet of the ENIConfig is empty",
            node(eni(0, 0, 0), full(1, 14))
                .settings(true, WARM_ENI)
                .refused()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 10, 12),
            "ec2-no-addresses",
            "ENIConfig",
            ">refused-pods"),
        warns(
            "The subnet has no free /28, and the node has free addresses",
            node(prefixes(0, 2, 20))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .errors("AssignPrivateIpAddresses", "InsufficientCidrBlocks", 10, 12),
            "ec2-no-prefixes",
            "Pods get addresses"),
        warns(
            "EC2 throttles an IPv6 node that has its prefix",
            node(ipv6(0, 1, 4))
                .type("m5.xlarge", 110, 4, 0)
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "ec2-throttled",
            "Pods get addresses"));
  }

  private static Stream<Report> withoutFailure() {
    return Stream.of(
        warns(
            "#2490: 1.13.4, pods use the primary ENI, and no ENIConfig is found",
            node(eni(0, 14, 3)).settings(true, WARM_ENI),
            "eniconfig",
            "Pods get addresses",
            "custom-networking=Level.WARN"),
        warns(
            "#1466: a pod got an address that someone added to the primary ENI",
            node(eni(0, 1, 1), eni(1, 14, 3)).with(it -> it.maxPods(45)).settings(true, WARM_ENI),
            "custom-networking",
            "added addresses to the primary ENI"),
        warns(
            "aws-ia/terraform-aws-eks-blueprints#1323: the ENIConfig came after the node",
            node(prefixes(0, 2, 12))
                .prefixMode()
                .with(it -> it.maxPods(110))
                .settings(true, WARM_ENI),
            "custom-networking",
            "replace the node",
            "eniconfig=Level.OK"),
        warns(
            "#2792: pods use the trunk ENI, not the subnet of the ENIConfig",
            node(eni(0, 0, 0), eni(1, 14, 6).trunk(), eni(2, 14, 2))
                .with(it -> it.maxPods(31))
                .settings(true, WARM_ENI),
            "custom-networking",
            "trunk ENI"),
        warns(
            "#1451, #1775: WARM_ENI_TARGET is 0, and ipamD detaches the ENI for pods again",
            node(eni(0, 0, 0), eni(1, 14, 0))
                .then(eni(0, 0, 0))
                .with(it -> it.maxPods(45))
                .settings(true, WARM_ENI + ",\"WARM_ENI_TARGET\":0")
                .requests(0, 0)
                .calls("DetachNetworkInterface", 39, 40)
                .calls("DeleteNetworkInterface", 39, 40),
            "no-addresses",
            "No pod waits for an address",
            "WARM_ENI_TARGET=1"),
        warns(
            "#1451, #1775: the same while the ENI is detached in both polls",
            node(eni(0, 0, 0))
                .with(it -> it.maxPods(45))
                .settings(true, WARM_ENI + ",\"WARM_ENI_TARGET\":0")
                .requests(0, 0)
                .calls("DetachNetworkInterface", 39, 39),
            "no-addresses",
            "No pod waits for an address",
            "eniconfig=Level.OK"),
        calm(
            "#1451, #1775: the same when the ENI is attached",
            node(eni(0, 0, 0))
                .then(eni(0, 0, 0), eni(1, 14, 0))
                .with(it -> it.maxPods(45))
                .settings(true, WARM_ENI + ",\"WARM_ENI_TARGET\":0")
                .requests(0, 0)
                .calls("CreateNetworkInterface", 40, 41)
                .calls("AttachNetworkInterface", 40, 41)),
        warns(
            "#2294, pulumi/pulumi-eks#581, readmedium.com: idle nodes use up the subnet",
            node(eni(0, 14, 3), eni(1, 14, 0))
                .settings(false, WARM_ENI)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 5, 6),
            "ec2-no-addresses",
            "Pods get addresses",
            "WARM_IP_TARGET=2"),
        warns(
            "#617, #873: 500 nodes call DescribeNetworkInterfaces too often",
            node(eni(0, 14, 4))
                .requests(0, 0)
                .metadata("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "ec2-throttled",
            "Pods get addresses"),
        warns(
            "#2360: each ipamD searches for leaked ENIs each hour, and EC2 throttles this",
            node(eni(0, 14, 4)).errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "ec2-throttled",
            "DISABLE_LEAKED_ENI_CLEANUP=true",
            "!WARM_IP_TARGET"),
        warns(
            "Two callers change the tags of an ENI at the same time",
            node(eni(0, 14, 4)).errors("CreateTags", "ConcurrentTagAccess", 10, 12),
            "ec2-other",
            "!ADDITIONAL_ENI_TAGS"),
        warns(
            "#617: the same, and the node has an idle ENI",
            node(eni(0, 14, 3), eni(1, 14, 0))
                .settings(false, WARM_ENI)
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "ec2-throttled",
            "idle-addresses=Level.OK"),
        warns(
            "#3821: instance metadata omits an ENI of a node that was rebooted",
            node(full(0, 14), eni(1, 14, 5)).attached("eni-0"),
            "instance-enis",
            "metadata omits the ENI"),
        warns(
            "#3019: ipamD removed addresses of pods, and doctor sees no routes",
            node(eni(0, 14, 6)).counts("force_removed_ips", 0, 2),
            "forced-removals",
            "instance metadata"),
        calm(
            "#2041: prefixes are switched on, and TotalIPs is negative",
            node(full(0, 14), prefixes(1, 1, 3))
                .changed("\"TotalIPs\":30", "\"TotalIPs\":-12")
                .prefixMode()),
        calm(
            "#1808: ipamD failed its readiness probe, and was restarted once",
            node(eni(0, 14, 3), eni(1, 14, 0)).restarted(1).startedAgo(200)),
        calm(
            "#933: WARM_IP_TARGET was lowered to 10, and release 1.5.5 keeps all addresses",
            node(full(0, 14), eni(1, 14, 0), eni(2, 14, 0))
                .settings(false, "\"WARM_IP_TARGET\":10")),
        calm(
            "#1223, #1635: an idle ENI stays attached",
            node(eni(0, 14, 2), eni(1, 14, 0)).settings(false, WARM_ENI)),
        calm(
            "#1112, #2540: docker or aws-eks-nodeagent fails, and ipamD gets no request",
            node(eni(0, 14, 9)).requests(0, 0)),
        calm(
            "The subnet was empty an hour ago",
            node(eni(0, 14, 8))
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 12, 12)
                .agentSaw(20, run(NO_ADDRESS_FOR_ENI, 5, 3_600, 3_000))),
        calm(
            "Calls to EC2 without an answer ended",
            node(eni(0, 14, 4)).failed("CreateNetworkInterface", 8, 8)),
        warns(
            "#989: ipamD's list was out of date, and the pool is full enough",
            node(full(0, 14), eni(1, 14, 3))
                .errors("AssignPrivateIpAddresses", "PrivateIpAddressLimitExceeded", 10, 12),
            "ec2-eni-limit",
            "node-full=Level.OK"),
        warns(
            "#1008: instance metadata lists an ENI that EC2 has deleted",
            node(eni(0, 14, 5))
                .errors("DescribeNetworkInterfaces", "InvalidNetworkInterfaceID.NotFound", 10, 12),
            "ec2-other",
            "DescribeNetworkInterfaces InvalidNetworkInterfaceID.NotFound: 12"),
        warns(
            "#1177, #1341, aws/amazon-vpc-cni-plugins#50: the same, and a release that compares"
                + " both lists",
            node(eni(0, 14, 5))
                .metadata("IMDSMetaDataOutOfSync", "InvalidNetworkInterfaceID.NotFound", 10, 12),
            "ec2-other",
            "EC2 does not know",
            "pods still start"),
        warns(
            "terraform-aws-modules/terraform-aws-iam#647: an old policy, and a running ipamD",
            node(eni(0, 14, 4)).errors("DescribeSecurityGroups", "UnauthorizedOperation", 10, 12),
            "ec2-denied"),
        warns(
            "#1148: a new ENI is in the pool before its addresses",
            node(full(0, 14))
                .then(full(0, 14), eni(1, 14, 2))
                .refused()
                .errors("AssignPrivateIpAddresses", "PrivateIpAddressLimitExceeded", 0, 1)
                .calls("CreateNetworkInterface", 4, 5),
            "ec2-eni-limit"),
        warns(
            "#177: an old release assigns one address too many",
            node(eni(0, 10, 3), eni(1, 10, 2)).type("m5.large", 29, 3, 9),
            "impossible-pool"),
        warns(
            "#3753: release 1.22.2 on HyperPod puts the node's own address into the pool",
            node(eni(0, 14, 6)).with(node -> node.primaryAddresses("10.0.0.12")),
            "impossible-pool",
            "10.0.0.12",
            "releases 1.22.0 to 1.22.3"),
        warns(
            "#527: pods started before custom networking was on",
            node(eni(0, 9, 5), eni(1, 9, 4)).type("m5.large", 20, 3, 9).settings(true, WARM_ENI),
            "custom-networking",
            "Restart these pods"),
        warns(
            "#391: a caller other than ipamD deleted the second ENI of a full node",
            node(full(0, 9), full(1, 9)).type("m4.large", 20, 2, 9).attached("eni-0"),
            "instance-enis",
            "pods hold 9 of its addresses"),
        warns(
            "#1038: the reconcile cannot read instance metadata, and pods start",
            node(eni(0, 14, 5))
                .metadata("GetMACs", "IMDSRequestError", 3, 4)
                .function("reconcileFailedGetENIs", 3, 4),
            "metadata-away",
            ">ipamd-errors"),
        warns(
            "#1038: instance metadata times out, and releases before 1.19.4 count another code",
            node(eni(0, 14, 5))
                .metadata("GetMACs", "RequestError", 3, 5)
                .function("reconcileFailedGetENIs", 3, 5),
            "metadata-away",
            "NO_PROXY",
            ">ipamd-errors"),
        warns(
            "The same with release 1.5, which has one name for all calls to instance metadata",
            node(eni(0, 14, 5)).metadata("GetMetadata", "RequestError", 3, 5),
            "metadata-away"),
        calm(
            "#728: release 1.5 cannot release an address, and counts another name of the call",
            node(eni(0, 14, 4))
                .metadata("UnassignPrivateIpAddressesWithContext", "InvalidParameterValue", 3, 5)),
        warns(
            "#3681: a running node gets an unmanaged ENI that has only IPv6 addresses",
            node(eni(0, 14, 5))
                .metadata("GetSubnetIPv4CIDRBlock", "IMDSRequestError", 3, 4)
                .function("reconcileFailedGetENIs", 3, 4),
            "metadata-away",
            "lacks a value of an ENI",
            "has only IPv6 addresses",
            ">ipamd-errors"),
        warns(
            "#3681: the same with release 1.14, whose other EC2MetadataErrors are harmless",
            node(eni(0, 14, 5))
                .metadata("GetSubnetIPv4CIDRBlock", "EC2MetadataError", 3, 4)
                .function("reconcileFailedGetENIs", 3, 4),
            "metadata-away",
            "has only IPv6 addresses"),
        warns(
            "Instance metadata times out now and then, and release 1.15 makes most calls per ENI",
            node(eni(0, 14, 5)).metadata("GetDeviceNumber", "RequestError", 3, 5),
            "metadata-away",
            "does not always answer",
            "!lacks a value"),
        warns(
            "A single call for an ENI fails while the list of ENIs fails now and then",
            node(eni(0, 14, 5))
                .metadata("GetLocalIPv4s", "IMDSRequestError", 10, 11)
                .metadata("GetMACs", "IMDSRequestError", 9, 9),
            "metadata-away",
            "does not always answer",
            "!lacks a value"),
        warns(
            "kubernetes/kops#6389: the role lacks the right to tag ENIs",
            node(eni(0, 14, 4))
                .requests(0, 0)
                .metadata("CreateTags", "UnauthorizedOperation", 10, 12),
            "ec2-denied",
            "Pods get addresses",
            "CreateTags"),
        calm(
            "awslabs/amazon-eks-ami#1392: ipamD subtracts the EFA-only interfaces of a p5",
            node(eni(0, 49, 20)).type("p5.48xlarge", 100, -29, 49)),
        warns(
            "#2624, #3255, aws/karpenter-provider-aws#4202: a burst, and the pool has grown",
            node(full(0, 14))
                .then(full(0, 14), full(1, 14), eni(2, 14, 4))
                .counts("no_available_ip_addresses", 0, 12)
                .calls("CreateNetworkInterface", 1, 3),
            "refused-pods"),
        warns(
            "#2669: one refusal, and addresses are free now",
            node(eni(0, 14, 8)).counts("no_available_ip_addresses", 40, 41),
            "refused-pods"),
        warns(
            "#732: a caller other than ipamD detached an ENI",
            node(full(0, 14), eni(1, 14, 5)).attached("eni-0"),
            "instance-enis",
            "pods hold 5 of its addresses"),
        warns(
            "#709: a primary address is in the pool",
            node(eni(0, 14, 4), eni(1, 14, 3)).with(node -> node.primaryAddresses("10.0.1.11")),
            "impossible-pool"),
        warns(
            "#887: EC2 throttles calls that no pod waits for",
            node(eni(0, 14, 4)).errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 12),
            "ec2-throttled"),
        warns(
            "#2411: max-pods is for prefixes, and ipamD uses single addresses",
            node(eni(0, 9, 5)).type("m7g.large", 110, 3, 9),
            "max-pods",
            "110",
            "patch ec2nodeclass",
            "\"maxPods\":30",
            "update-nodegroup-version"),
        calm(
            "#1399: EC2 detaches an ENI slowly, and the pool is not empty",
            node(eni(0, 14, 4))
                .errors("DeleteNetworkInterface", "InvalidParameterValue", 4, 6)
                .function("decreaseIPPoolFreeENIFailed", 4, 6)),
        calm(
            "aws/karpenter-provider-aws#5658: more idle addresses than max-pods",
            node(eni(0, 14, 3), eni(1, 14, 0))
                .type("g5.xlarge", 20, 4, 14)
                .settings(false, WARM_ENI)),
        calm(
            "#2283, #2487, awslabs/amazon-eks-ami#563: containerd cannot delete pods, and ipamD"
                + " gets no request",
            node(eni(0, 14, 9)).counts("del_ip_req_count{reason=\"PodDeleted\"}", 60, 60)),
        calm("#1930: aws-node restarts once on a new node", node(eni(0, 14, 4)).restarted(1)),
        calm(
            "An IPv6 node has got its prefix after two errors",
            node(ipv6(0, 1, 4))
                .type("m5.xlarge", 110, 4, 0)
                .errors("AssignIpv6Addresses", "InvalidParameterValue", 2, 2)),
        calm(
            "#330, #2808: pods came before ipamD was ready, and have their addresses now",
            node(eni(0, 14, 6)).startedAgo(150).counts("no_available_ip_addresses", 6, 6)),
        warns(
            "An IPv6 node has just started",
            node(ipv6(0, 0, 0)).type("m5.xlarge", 110, 4, 0).startedAgo(20),
            "ipv6-prefix"),
        warns(
            "One of two subnets is empty, and the pool has grown",
            node(full(0, 14))
                .then(full(0, 14), eni(1, 14, 2))
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 1, 2),
            "ec2-no-addresses",
            "Pods get addresses"),
        calm(
            "Expired credentials ended when ipamD restarted",
            node(eni(0, 14, 4)).errors("DescribeNetworkInterfaces", "ExpiredToken", 3, 3)),
        warns(
            "Credentials expire, and addresses are free",
            node(eni(0, 14, 4)).errors("DescribeNetworkInterfaces", "ExpiredToken", 3, 5),
            "ec2-denied",
            "Pods get addresses"),
        calm(
            "#2793: max-pods is 20, and the warm pool has more addresses",
            node(eni(0, 14, 2), eni(1, 14, 0))
                .settings(false, WARM_ENI)
                .with(node -> node.maxPods(20))),
        calm(
            "#728: WARM_IP_TARGET is 4, and release 1.5.0 keeps all addresses of the ENI",
            node(eni(0, 29, 4))
                .type("c5.9xlarge", 234, 8, 29)
                .settings(false, "\"WARM_IP_TARGET\":4")),
        calm(
            "#495, #777, #898, #1070, #1091, #1600, #1856, #2025, #2103, #2163, #2521, #3155,"
                + " #3309, #3375, #3524, #3559, #3652, #3887, flatcar/Flatcar#278: pods have"
                + " addresses, and no network",
            node(full(0, 14), eni(1, 14, 5))),
        calm(
            "#2203: WARM_IP_TARGET is 10, and ipamD keeps 7 addresses",
            node(full(0, 29), full(1, 29), eni(2, 29, 19).cooling(4))
                .type("m5.4xlarge", 234, 8, 29)
                .settings(false, "\"WARM_IP_TARGET\":10")),
        calm(
            "#3685: WARM_ENI_TARGET has no effect with prefixes",
            node(prefixes(0, 2, 31))
                .prefixMode()
                .with(node -> node.type("m5.xlarge").maxPods(110))
                .counts("no_available_ip_addresses", 0, 0)));
  }

  /**
   * ipamD ignores an ENI with the tag no_manage and lowers its limit of ENIs. This ENI is not lost.
   */
  /**
   * ipamD lists a new ENI some time after EC2 attaches it, and ignores ENIs of other network cards.
   */
  @Test
  void attachedEniThatIpamdIsAddingOrDoesNotWantIsNotLost() {
    ReportedNode lost = node(full(0, 14)).refused().attached("eni-0", "eni-1");
    ReportedNode adding =
        node(full(0, 14))
            .refused()
            .attached("eni-0", "eni-1")
            .counts("ipamd_action_inprogress{fn=\"increaseDatastorePool\"}", 1, 1);
    ReportedNode cards =
        node(full(0, 49))
            .type("p4d.24xlarge", 737, 15, 49)
            .refused()
            .attached("eni-0", "eni-1", "eni-2", "eni-3");

    assertThat(finding(lost.diagnosed(), "lost-eni").level()).isEqualTo(Level.FAIL);
    assertThat(finding(adding.diagnosed(), "lost-eni").level()).isEqualTo(Level.NOTE);
    assertThat(finding(cards.diagnosed(), "lost-eni").level()).isEqualTo(Level.OK);
  }

  /** Without the counter, one poll does not show that more pods wait. */
  @Test
  void nodeFullIsNotCertainWithoutTheCounter() {
    Finding full = finding(fullNode(4, 14).requests(4, 4).diagnosed(1), "node-full");

    assertThat(full.past()).isTrue();
    assertThat(full.cause()).contains("perhaps more pods wait");
    assertThat(full.remedy()).startsWith("Poll twice");
  }

  @Test
  void allFreeAddressesOfAnOldReleaseCool() {
    ReportedNode cooling =
        node(eni(0, 14, 4).cooling(10), full(1, 14), full(2, 14), full(3, 14)).requests(3, 3);

    assertThat(cooling.diagnosed().verdict().text())
        .isEqualTo(
            "No trouble found, but it is not known whether pods get addresses: all free addresses"
                + " are cooling, and this release does not count refused pods");
    AgentReport sendsNothing =
        new AgentReport(
            ReportedNode.FIRST_POLL.minusSeconds(7_200),
            ReportedNode.FIRST_POLL,
            List.of(),
            AgentReport.Restarts.NONE,
            Optional.of(
                new AgentReport.SendFailure(
                    ReportedNode.FIRST_POLL, Optional.empty(), "HTTP 400", "wait")));
    Verdict ofAgent = cooling.with(it -> it.agent(sendsNothing)).diagnosed().verdict();
    assertThat(ofAgent.finding()).hasValue("publishing");
    assertThat(ofAgent.text())
        .isEqualTo(
            "It is not known whether pods get addresses, or since when: all free addresses are"
                + " cooling, and this release does not count refused pods");
  }

  /** A second poll cannot read data that ipamD never serves. */
  @Test
  void secondPollIsNotAdvisedIfItShowsNoMore() {
    for (NamedScenario scenario :
        List.of(NamedScenario.INTROSPECTION_OFF, NamedScenario.METRICS_OFF)) {
      assertThat(DoctorFixture.diagnosis(scenario, 1).verdict().text())
          .startsWith("It is not known whether pods get addresses, or since when: ");
    }
  }

  @Test
  void ipv6NodeWithoutPrefixDoesNotGiveAddresses() {
    ReportedNode denied =
        node(ipv6(0, 0, 0))
            .type("m5.xlarge", 110, 4, 0)
            .startedAgo(60)
            .errors("AssignIpv6Addresses", "UnauthorizedOperation", 1, 1);

    assertThat(denied.diagnosed().verdict().text())
        .startsWith("No pod waits for an address, but the node has a problem")
        .contains("EC2 denied the call for an IPv6 prefix");
    assertThat(finding(denied.diagnosed(), "ipv6-prefix").explainedBy())
        .hasValue(CheckId.EC2_DENIED);
  }

  /** These commands are missing if the trouble is past or if another finding is worse. */
  @Test
  void remediesNameTheirCommands() {
    List<Diagnosis> diagnoses =
        Stream.of(
                NamedScenario.SUBNET_FRAGMENTED,
                NamedScenario.PODS_REFUSED,
                NamedScenario.MULTI_NIC_CARD_FULL,
                NamedScenario.CRASH_LOOP)
            .map(scenario -> DoctorFixture.diagnosis(scenario, 2))
            .toList();

    assertThat(diagnoses).extracting(it -> first(it).id()).contains("ec2-no-prefixes", "node-full");
    assertThat(diagnoses)
        .allSatisfy(it -> assertThat(first(it).remedy()).doesNotContain("last command"));
  }

  /** MAX_ENI was lowered, and ipamD keeps its ENIs. */
  @Test
  void moreAddressesThanTheEnisPermitAreNotOfTheHostNetwork() {
    Finding lowered =
        finding(
            node(full(0, 14), full(1, 14), eni(2, 14, 1))
                .type("m5.xlarge", 58, 2, 14)
                .requests(4, 4)
                .diagnosed(),
            "node-full");
    Finding fewer =
        finding(fullNode(2, 14).with(it -> it.maxPods(30)).requests(4, 4).diagnosed(), "node-full");

    assertThat(lowered.evidence())
        .startsWith("pods hold 29 addresses, 1 more than the expected 28: ");
    assertThat(fewer.evidence())
        .startsWith("pods hold 28 addresses, 1 more than the expected 27 (fewer than 3 pods are");
  }

  @Test
  void eniConfigIsMissingInAReleaseWithoutTheCounter() {
    ReportedNode node = node(eni(0, 0, 0), full(1, 14)).settings(true, WARM_ENI).requests(4, 0);

    assertThat(finding(node.diagnosed(), "eniconfig").level()).isEqualTo(FAIL);
  }

  /** ipamD is perhaps adding the attached ENI now, so the ENIConfig can be missing too. */
  @Test
  void perhapsLostEniIsASecondCauseOfAMissingEniConfig() {
    Finding eniConfig =
        finding(
            node(eni(0, 0, 0))
                .settings(true, WARM_ENI)
                .refused()
                .attached("eni-0", "eni-1")
                .diagnosed(1),
            "eniconfig");

    assertThat(eniConfig.title())
        .isEqualTo("Perhaps custom networking finds no ENIConfig for this node");
    assertThat(eniConfig.level()).isEqualTo(Level.NOTE);
    assertThat(eniConfig.cause()).contains("Or EC2 has attached an ENI that is missing");
  }

  /** Another CNI's configuration comes first, or the file of the plugin is missing. */
  @Test
  void nodeWithoutRequestsIsNotSaidToGiveAddresses() {
    ReportedNode unasked = node(eni(0, 14, 0)).counts("add_ip_req_count", 0, 0);
    Diagnosis idle = unasked.diagnosed();

    assertThat(idle.verdict().level()).isEqualTo(OK);
    assertThat(idle.verdict().text()).contains("no pod has requested an address");
    assertThat(text(finding(idle, "failed-requests"))).contains("/etc/cni/net.d");
    assertThat(unasked.startedAgo(300).diagnosed().verdict().text())
        .isEqualTo("No trouble found: pods get addresses");
    assertThat(node(eni(0, 14, 2)).counts("add_ip_req_count", 0, 0).diagnosed().verdict().text())
        .isEqualTo("No trouble found: pods get addresses");
  }

  @Test
  void onlyOneOfTwoChecksReportsLeakedAddresses() {
    Diagnosis leaked = fullNode(4, 14).refused().with(node -> node.withoutPods(40)).diagnosed();

    assertThat(leaked.findings())
        .filteredOn(finding -> finding.id().equals("leaked-addresses"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.level()).isEqualTo(Level.FAIL));
  }

  @Test
  void eniThatIpamdDoesNotManageIsNotLost() {
    Diagnosis diagnosis =
        fullNode(2, 14)
            .type("m5.xlarge", 58, 3, 14)
            .refused()
            .attached("eni-0", "eni-1", "eni-9")
            .diagnosed();

    assertThat(finding(diagnosis, "lost-eni").level()).isEqualTo(Level.OK);
    assertThat(finding(diagnosis, "instance-enis").level()).isEqualTo(Level.NOTE);
  }

  /**
   * #2364, #2778, #2783, awslabs/amazon-eks-ami#648, awslabs/amazon-eks-ami#831,
   * awslabs/amazon-eks-ami#990, awslabs/amazon-eks-ami#1597, awslabs/amazon-eks-ami#2061 and
   * open-telemetry/opentelemetry-operator#4563: the container runtime fails, or the CNI plugin
   * crashes, before ipamD gets a request.
   */
  @Test
  void nodeWithoutTroubleLeadsToTheEventsOfPods() {
    Diagnosis diagnosis = node(eni(0, 14, 9)).requests(0, 0).diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(OK);
    assertThat(
            DoctorTable.of(
                DoctorFixture.poll(NamedScenario.HEALTHY).identity(),
                Optional.empty(),
                diagnosis,
                false,
                Palette.PLAIN))
        .endsWith("its events show why: kubectl describe pod.\n");
  }

  /** The errors that ipamD counted perhaps ended long ago. */
  private static Stream<Report> inOnePoll() {
    return Stream.of(
        fails(
            "The agent saw that the subnet is empty, and that pods are refused",
            node(full(0, 14))
                .refused()
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 12, 12)
                .agentSaw(
                    20,
                    run(NO_ADDRESS_FOR_ENI, 5, 600, 100),
                    run("no_available_ip_addresses", 30, 600, 20)),
            "ec2-no-addresses",
            "Pods get no address since 23:50 UTC (10 min)"),
        fails(
            "kubernetes/kops#18693: subnet discovery is denied, and the node's subnet is empty",
            node(full(0, 14))
                .refused()
                .errors("DescribeSecurityGroups", "UnauthorizedOperation", 12, 12)
                .errors("CreateNetworkInterface", "InsufficientFreeAddressesInSubnet", 12, 12),
            "ec2-no-addresses"),
        warns(
            "#1451, #1775: WARM_ENI_TARGET is 0, and ipamD has detached the ENI for pods",
            node(eni(0, 0, 0))
                .with(it -> it.maxPods(45))
                .settings(true, WARM_ENI + ",\"WARM_ENI_TARGET\":0")
                .requests(0, 0)
                .calls("DetachNetworkInterface", 39, 39),
            "no-addresses",
            "It is not known whether pods get addresses",
            "WARM_ENI_TARGET=1",
            "eniconfig=Level.OK"),
        fails(
            "#1724: custom networking attaches the first ENI for pods",
            node(eni(0, 0, 0))
                .type("m5.large", 20, 3, 9)
                .settings(true, WARM_ENI)
                .refused()
                .startedAgo(150)
                .attached("eni-0", "eni-1"),
            "no-addresses"),
        warns(
            "#1399: EC2 detaches an ENI slowly",
            node(full(0, 14))
                .refused()
                .errors("DeleteNetworkInterface", "InvalidParameterValue", 4, 4),
            "warm-pool",
            "ec2-other=Level.NOTE"),
        warns(
            "The node is full, and EC2 throttled calls",
            fullNode(4, 14)
                .refused()
                .errors("DescribeNetworkInterfaces", "RequestLimitExceeded", 10, 10),
            "node-full"),
        warns(
            "#890: release 1.5.5 does not count refused pods, and the node is full",
            fullNode(4, 14).requests(4, 4),
            "refused-pods",
            "It is not known whether pods get addresses, or since when (use --polls 2)",
            "Poll twice",
            "node-full=Level.WARN"),
        calm(
            "The same, and the agent saw no request for two hours",
            fullNode(4, 14).requests(4, 4).agentSaw(0)),
        warns(
            "The same, and the agent saw requests",
            fullNode(4, 14).requests(4, 4).agentSaw(0, run("add_ip_req_count", 9, 60, 10)),
            "refused-pods",
            "Poll twice"),
        calm(
            "ipamD could not release addresses some days ago",
            node(eni(0, 14, 4)).function("decreaseIPPool", 1, 1)),
        fails(
            "The node is full, and pods have no route",
            fullNode(4, 14).refused().with(it -> it.withoutRoutes(2)),
            "pod-routes",
            "It is not known whether new pods get addresses"));
  }

  @ParameterizedTest
  @MethodSource("inOnePoll")
  void onePollShowsTheLikelyCause(Report report) {
    verdictIsTheCause(report, report.node().diagnosed(1));
  }

  /** One poll also shows the slot of a trunk ENI, but not whether pods still fail. */
  @Test
  void onePollShowsLess() {
    ReportedNode trunk =
        fullNode(3, 14)
            .refused()
            .counts("pod_eni_error_count{fn=\"tryEnableSecurityGroupsForPods\"}", 60, 66);
    ReportedNode setup =
        node(eni(0, 14, 4))
            .requests(11, 2)
            .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 79, 88);
    ReportedNode setupBefore =
        node(eni(0, 14, 4))
            .requests(1, 1)
            .counts("del_ip_req_count{reason=\"SetupNSFailed\"}", 9, 9);

    assertThat(trunk.diagnosed(1).findings().get(0).id()).isEqualTo("trunk-slot");
    assertThat(setup.diagnosed(1).verdict().finding()).hasValue("pod-setup");
    assertThat(setup.diagnosed(1).verdict().level()).isEqualTo(WARN);
    assertThat(setupBefore.diagnosed(1).verdict().level()).isEqualTo(OK);
    assertThat(node(eni(0, 14, 4)).requests(3, 3).diagnosed(1).verdict().text())
        .isEqualTo(
            "No trouble found: pods get addresses. One poll does not show whether requests fail"
                + " (use --polls 2)");
    Diagnosis lost =
        fullNode(3, 14).refused().attached("eni-0", "eni-1", "eni-2", "eni-9").diagnosed(1);
    assertThat(finding(lost, "lost-eni").level()).isEqualTo(Level.NOTE);
    Diagnosis busy =
        node(full(0, 14))
            .refused()
            .counts("ipamd_action_inprogress{fn=\"increaseDatastorePool\"}", 1, 1)
            .diagnosed(1);
    assertThat(finding(busy, "warm-pool").cause()).startsWith("ipamD is changing its pool");
  }

  /**
   * #1245, cilium/cilium#24943: pods with their own security groups wait, and no counter shows
   * this.
   */
  @Test
  void trunkEniLeadsToTheEventsOfTheController() {
    ReportedNode node = node(eni(0, 14, 4), eni(1, 0, 0).trunk()).with(it -> it.maxPods(45));

    Diagnosis diagnosis = node.diagnosed();

    assertThat(diagnosis.verdict().level()).isEqualTo(OK);
    assertThat(finding(diagnosis, "pod-enis").level()).isEqualTo(Level.NOTE);
    assertThat(text(finding(diagnosis, "pod-enis"))).contains("BranchAllocationFailed");
  }

  /**
   * #359, #402, #571, #575, #625, #641, #865, #872, #891, #1078, #1278, #1340, #1385, #1422, #1575,
   * #1601, #1738, #1847, #2073, #2365, #2384, #2386, #2426, #2468, #2544, #2683, #2839, #2945,
   * #3016, #3040, #3104, #3122, #3216, #3224, #3705, #3840, #104, #172, #236, #284, #322, #661,
   * #1452, #2840, #346, #486, #950, #1039, #1051, #1108, #1322, #1590, #2086, #2423, #2448, #3306,
   * #3394, #3421, #3431, terraform-aws-modules/terraform-aws-eks#1918,
   * terraform-aws-modules/terraform-aws-eks#1972, terraform-aws-modules/terraform-aws-eks#3288,
   * terraform-aws-modules/terraform-aws-eks#3497, ministryofjustice/cloud-platform#8281,
   * bottlerocket-os/bottlerocket#747, aws/karpenter-provider-aws#673 and
   * aws/karpenter-provider-aws#1391: ipamD waits for the API server, for credentials, for an
   * address or for an ENIConfig, or its pod does not start.
   */
  @Test
  void ipamdThatDoesNotStartLeadsToItsLogKubeProxyAndPodIdentity() {
    Diagnosis diagnosis = DoctorFixture.diagnosis(NamedScenario.IPAMD_DOWN, 1);

    assertThat(diagnosis.verdict().finding()).hasValue("introspection");
    assertThat(text(first(diagnosis)))
        .contains(
            "Unable to reach API Server", "kube-proxy", "ENIConfig", "no address in the subnet")
        .contains("older than the instance type", "instance metadata", "panic")
        .contains("logs -c aws-node", "rollout undo", "eks-pod-identity-agent")
        .contains("Init: these events", "no space left");
  }

  /**
   * #1929, #1935: with IPv6 pods need a prefix, and ipamD ends on a type that cannot have prefixes.
   * Release 1.10 ends with a panic.
   */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({"c3.large, true", "m5.xlarge, false"})
  void ipv6NeedsATypeWithPrefixes(String type, boolean named) throws IOException {
    try (ClosedPort port = new ClosedPort()) {
      Finding down =
          first(
              DoctorFixture.at(port.url(), port.url())
                  .type(type)
                  .diagnosis(1, new FakeClock(ReportedNode.FIRST_POLL)));

      assertThat(down.cause().contains("If the cluster uses IPv6")).isEqualTo(named);
      assertThat(down.advice().text().contains("\"non-nitro instance\"")).isEqualTo(named);
    }
  }
}
