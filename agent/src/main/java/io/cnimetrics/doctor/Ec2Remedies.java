package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.IpamdError;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** The causes and remedies of EC2's errors that depend on the failed call or on the node. */
final class Ec2Remedies {
  private Ec2Remedies() {}

  /** The finding with the advice that depends on the call and on the node's settings. */
  static Finding of(NodeEvidence node, List<IpamdError> kinds, Finding finding) {
    return switch (finding.check()) {
      case EC2_DENIED -> denied(kinds, finding);
      case EC2_NO_ADDRESSES -> ofOneSubnet(node, kinds, SubnetAddresses.freeing(node, finding));
      case EC2_THROTTLED -> withFewerCalls(node, kinds, finding);
      default -> explained(node, kinds, finding);
    };
  }

  /**
   * Before release 1.18.0 ipamD uses one subnet. Before 1.18.3 it uses another subnet only after
   * its ENIs are full.
   */
  private static Finding ofOneSubnet(NodeEvidence node, List<IpamdError> kinds, Finding finding) {
    boolean perhapsOld =
        CniReleases.mayBeBefore(node, "1.18.3") && !node.customNetworking() && finding.isPresent();
    return perhapsOld
            && kinds.stream().allMatch(kind -> kind.action().equals("AssignPrivateIpAddresses"))
        ? finding.remedied(
            finding.remedy()
                + ". Releases before 1.18.0 never use that subnet, and releases before 1.18.3 only"
                + " after their ENIs are full, so upgrade these releases",
            Command.join(finding.advice().commands(), List.of(AwsNodeCommands.UPGRADE)))
        : finding;
  }

  /**
   * What to do if EC2 throttles ipamD.
   *
   * @param fewerCalls how ipamD makes fewer calls
   */
  static String slowingCallers(String fewerCalls) {
    return "Find the caller with the most calls, and stop it or slow it down: ipamD then gets"
        + " addresses again without a restart. If the caller is the role of aws-node, "
        + fewerCalls
        + ". Or request a higher limit for the account in a support case";
  }

  /**
   * AmazonEKS_CNI_Policy does not allow the calls of SageMaker and the calls for IPv6 addresses.
   * Therefore the advice for these calls is to allow them separately.
   */
  private static Finding allowing(String call, Finding denied) {
    boolean ofSageMaker = call.contains("ClusterNode");
    String action = (ofSageMaker ? "sagemaker:" : "ec2:") + call;
    boolean outside = ofSageMaker || call.endsWith("Ipv6Addresses");
    if (!outside) {
      return denied.remedied(
          denied.remedy(),
          AwsCommands.ROLE_OF_AWS_NODE,
          AwsCommands.denialsOf(call),
          AwsCommands.ATTACH_CNI_POLICY,
          AwsNodeCommands.RESTART);
    }
    return denied
        .causedBy(
            "The role of aws-node lacks the right %s, which AmazonEKS_CNI_Policy does not contain, or"
                    .formatted(action)
                + " another policy forbids the call")
        .remedied(
            "Allow %s for the role. If the role has the right, %s. Then restart aws-node"
                .formatted(action, Ec2Errors.FORBIDDEN),
            AwsCommands.ROLE_OF_AWS_NODE,
            AwsCommands.denialsOf(call),
            AwsCommands.allow(action),
            AwsNodeCommands.RESTART);
  }

  /**
   * Advises what lets ipamD make fewer calls: no search for ENIs that it lost, prefixes, or a
   * larger warm target. With a small target ipamD calls EC2 for nearly each pod, but a subnet
   * without addresses needs a small target. If the subnet or the account's quota has no room for
   * ENIs, ipamD must not stop the search.
   */
  private static Finding withFewerCalls(
      NodeEvidence node, List<IpamdError> kinds, Finding throttled) {
    boolean needsCleanup =
        node.trend(
                kind ->
                    Ec2Errors.OF_SUBNET.test(kind)
                        || Cause.INTERFACE_QUOTA.ec2Codes().contains(kind.code()))
            .mayRise();
    if (!needsCleanup
        && kinds.stream().allMatch(kind -> kind.action().equals("DescribeNetworkInterfaces"))) {
      return throttled
          .causedBy(
              "The account makes more calls than its limit allows. Each ipamD makes this call when"
                  + " it starts, and then each hour to find ENIs that are attached to no instance")
          .remedied(
              "Find the caller with the most calls, and stop it or slow it down. If the caller is"
                  + " the role of aws-node, set DISABLE_LEAKED_ENI_CLEANUP=true, which releases"
                  + " since 1.13 know. Then delete ENIs that stay unattached yourself",
              AwsNodeCommands.setting(
                  "DISABLE_LEAKED_ENI_CLEANUP=true",
                  AwsCommands.CALLS_TO_EC2,
                  EniCommands.UNATTACHED_ENIS));
    }
    if (node.mode() == AddressMode.PREFIX) {
      return throttled.remedied(
          slowingCallers("replace fewer nodes at a time"), AwsCommands.CALLS_TO_EC2);
    }
    return node.warmIpTarget().equals(OptionalLong.of(0))
            || node.trend(Ec2Errors.OF_SUBNET).mayRise()
        ? throttled
        : throttled.remedied(
            throttled.remedy()
                + ". If WARM_IP_TARGET is set, raise it: ipamD then makes fewer calls",
            AwsNodeCommands.setting(
                PodAddresses.higherTargets(node),
                AwsCommands.CALLS_TO_EC2,
                AwsNodeCommands.settingsLike("_TARGET")));
  }

  /**
   * @param kinds errors whose codes belong to {@link Cause#EC2_DENIES}
   */
  static Finding denied(List<IpamdError> kinds, Finding finding) {
    if (kinds.stream().allMatch(Ec2Remedies::isOfRole)) {
      Finding ofRole = withoutRole(finding);
      return finding.isPresent()
          ? ofRole.titled("AWS does not give ipamD the role of aws-node")
          : ofRole;
    } else if (kinds.stream().allMatch(Ec2Remedies::mayBeOfForeignEni)) {
      return ofForeignEni(finding);
    } else if (kinds.stream().noneMatch(kind -> MISSING_PERMISSION.contains(kind.code()))) {
      Finding rejected = withoutCredentials(finding);
      return finding.isPresent()
          ? rejected.titled("EC2 does not accept the credentials of ipamD")
          : rejected;
    }
    return allowing(kinds.get(0).action(), finding);
  }

  /** The finding with a more exact cause, if its errors show one. */
  private static Finding explained(NodeEvidence node, List<IpamdError> kinds, Finding finding) {
    if (kinds.stream().allMatch(kind -> kind.code().equals(UNKNOWN_ENI))) {
      String lists = "Instance metadata lists an ENI that EC2 does not know. ";
      return node.last().isEmptyWithRoom()
          ? finding
              .causedBy(
                  lists
                      + "ipamD or another caller deleted the ENI, and ipamD still makes calls for"
                      + " the ENI")
              .remedied(
                  "Compare both lists of ENIs, and restart aws-node. If the errors continue,"
                      + " replace the node, because its instance metadata stays wrong",
                  PodCommands.replaceNode(
                      EniCommands.ENIS_OF_INSTANCE,
                      AwsCommands.callersOf("DeleteNetworkInterface"),
                      AwsNodeCommands.RESTART))
          : finding
              .causedBy(
                  lists
                      + "Usually a caller other than ipamD deleted the ENI. ipamD ignores the ENI,"
                      + " and pods still start")
              .remedied(
                  "Compare both lists of ENIs, and find the caller in CloudTrail",
                  EniCommands.ENIS_OF_INSTANCE,
                  AwsCommands.callersOf("DeleteNetworkInterface"));
    }
    return finding;
  }

  private static final String UNKNOWN_ENI = "InvalidNetworkInterfaceID.NotFound";

  /** The SDK reports an error of STS or EKS Pod Identity as the error of the call to EC2. */
  private static boolean isOfRole(IpamdError kind) {
    return Set.of("AccessDenied", "AccessDeniedException").contains(kind.code())
        && !kind.action().equals("AttachClusterNodeNetworkInterface");
  }

  /**
   * The codes for a missing permission. The other codes of {@link Cause#EC2_DENIES} mean that EC2
   * does not accept the credentials, and then more permissions do not help.
   */
  private static final Set<String> MISSING_PERMISSION =
      Set.of("UnauthorizedOperation", "AccessDenied", "AccessDeniedException");

  /**
   * Whether the call failed perhaps because its ENI belongs to another account. EC2 then answers
   * AuthFailure, as for wrong credentials.
   */
  private static boolean mayBeOfForeignEni(IpamdError kind) {
    return kind.code().equals("AuthFailure")
        && !kind.action().equals("CreateNetworkInterface")
        && !kind.action().startsWith("Describe");
  }

  private static Finding ofForeignEni(Finding denied) {
    Finding rejected = withoutCredentials(denied);
    return denied
        .causedBy(
            "The ENI of these calls belongs to another account, for example a trunk ENI in a shared"
                + " subnet. Or EC2 does not accept the credentials of ipamD")
        .remedied(
            "If ipamD's log contains \"not the owner\", upgrade the VPC CNI, because since release"
                + " 1.16.4 ipamD adds no addresses to trunk ENIs, and attach no other ENI of"
                + " another account. Otherwise: "
                + Verdict.clause(rejected.remedy()),
            NodeCommands.ERRORS_OF_IPAMD,
            EniCommands.ENIS_OF_INSTANCE,
            NodeCommands.CLOCK,
            AwsCommands.ROLE_OF_AWS_NODE,
            AwsNodeCommands.UPGRADE,
            AwsNodeCommands.RESTART);
  }

  private static Finding withoutCredentials(Finding denied) {
    return denied
        .causedBy(
            "The credentials have expired, the node's clock is wrong, or a program such as kube2iam"
                + " or a VPC endpoint changes ipamD's requests")
        .remedied(
            "Restart aws-node to get new credentials. If the errors continue, correct the clock,"
                + " and find the source of aws-node's credentials",
            NodeCommands.CLOCK,
            AwsCommands.ROLE_OF_AWS_NODE,
            AwsNodeCommands.RESTART);
  }

  private static Finding withoutRole(Finding denied) {
    return denied
        .causedBy(
            "STS or EKS Pod Identity does not give ipamD the role of aws-node. This is not a"
                + " missing permission of the role, for which EC2 answers UnauthorizedOperation."
                + " Usually the trust policy of the role is wrong: it names another service"
                + " account, OIDC provider or service")
        .remedied(
            "Correct the trust policy. It must allow the service account aws-node of the namespace"
                + " kube-system, or the service pods.eks.amazonaws.com with EKS Pod Identity",
            AwsCommands.ROLE_OF_AWS_NODE,
            AwsCommands.TRUST_OF_ROLE);
  }
}
