package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.snapshot.IpamdError;
import java.util.Set;

/**
 * Checks that instance metadata answers ipamD. While ipamD sets up a pod, it reads the VPC's CIDRs
 * from instance metadata. If this fails, the pod does not start, and no other counter rises.
 */
final class PodMetadata {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              CheckId.METADATA_AWAY,
              "`awscni_aws_api_error_count` of `GetVPCIPv4CIDRBlocks` and `GetVPCIPv6CIDRBlocks`",
              "fail while the count rises at least each 25 s, or while pods are refused because"
                  + " instance metadata lacks a value of an ENI; warn if the count rose or may have"
                  + " risen in the last three minutes, or if other calls to instance metadata"
                  + " fail; note if the count rose before",
              "If HttpEndpoint is disabled, switch instance metadata on. If curl on the node does"
                  + " not print 200, find the reason: iptables-save shows a rule that blocks"
                  + " 169.254.169.254, and ss shows the programs that send requests to this"
                  + " address. Remove the rule, or stop the program. ipamD then recovers without a"
                  + " restart. If curl prints 200 and aws-node has a proxy, add 169.254.169.254 to"
                  + " NO_PROXY. Otherwise run doctor again")
          .run(
              AwsCommands.METADATA_OPTIONS,
              Command.onNode(
                  "curl -sS -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' -o /dev/null"
                      + " -w '%{http_code}\\n' http://169.254.169.254/latest/api/token"),
              Command.onNode("sudo iptables-save | grep 169.254"),
              Command.onNode("sudo ss -tnp dst 169.254.169.254"),
              AwsNodeCommands.settingsLike("-i _proxy"),
              AwsCommands.setMetadataOptions("--http-endpoint enabled")
                  .noted("switches instance metadata on, if HttpEndpoint is disabled"))
          .needs(METRICS)
          .see(Pages.METADATA);

  private PodMetadata() {}

  static Check check() {
    return SPEC.check(PodMetadata::finding);
  }

  /** Whether the error is a failed call to instance metadata for which no pod waited. */
  private static boolean isOfReconcile(IpamdError kind) {
    return kind.isOfMetadata() && !kind.isOfPod() && !kind.isHarmless();
  }

  /** ipamD's calls for one value of one ENI. */
  private static final Set<String> CALLS_OF_ENI =
      Set.of(
          "GetInterfaceID",
          "GetDeviceNumber",
          "GetMACImdsFields",
          "GetLocalIPv4s",
          "GetNetworkCard",
          "GetSubnetID",
          "GetSubnetIPv4CIDRBlock",
          "GetSubnetIPv6CIDRBlocks",
          "GetIPv4Prefixes",
          "GetIPv6Prefixes");

  static final String WITHOUT_VALUE =
      "Instance metadata lists an ENI without a value that ipamD needs. Either the ENI has only"
          + " IPv6 addresses, which ipamD before release 1.23.1 does not expect on an IPv4 node, or"
          + " EC2 has just detached the ENI";

  private static boolean isOfEni(IpamdError kind) {
    return kind.isOfMetadata()
        && CALLS_OF_ENI.contains(kind.call())
        && !Cause.UNREACHABLE.ec2Codes().contains(kind.code());
  }

  /**
   * Whether instance metadata answers, but has no value of an ENI. ipamD requests the list of ENIs
   * first, so this request fails too if instance metadata does not always answer. A single failed
   * call shows nothing.
   */
  static boolean lacksValueOfEni(NodeEvidence node) {
    Trend ofEni = node.trend(PodMetadata::isOfEni);
    return ofEni.isRising()
        && ofEni.total() > 1
        && node.trend(kind -> kind.call().equals("GetMACs")).total() == 0;
  }

  private static Finding finding(NodeEvidence node) {
    Trend trend = node.trend(IpamdError::isOfPod);
    Trend others = node.trend(PodMetadata::isOfReconcile);
    if (lacksValueOfEni(node) && !trend.isRising()) {
      boolean stopsGrowth =
          node.last().isEmptyWithRoom()
              && RefusedPods.mayRefusePods(node)
              && !UnusedSlots.ec2Fails(node)
              && !Ec2Calls.mayAddAddresses(node);
      return SPEC.fail(
              "Instance metadata lacks a value of an ENI",
              node.counts(node.kinds(PodMetadata::isOfEni)),
              WITHOUT_VALUE
                  + ". Until then ipamD cannot compare its pool with the ENIs of the"
                  + " instance, and adds no ENI to its pool")
          .at(stopsGrowth ? Level.FAIL : Level.WARN)
          .since(node.trend(PodMetadata::isOfEni).since())
          .remedied(
              "Compare the ENIs of the instance. If one has only IPv6 addresses, detach it or"
                  + " upgrade the VPC CNI. Otherwise, if the errors continue, replace the node,"
                  + " because its instance metadata stays wrong",
              PodCommands.replaceNode(EniCommands.ENIS_OF_INSTANCE, AwsNodeCommands.UPGRADE));
    } else if (others.isRising() && !trend.isRising()) {
      return SPEC.warn(
              "Instance metadata does not always answer ipamD",
              node.counts(node.kinds(PodMetadata::isOfReconcile)),
              "ipamD cannot compare its pool with the ENIs of the instance. Pods still start")
          .since(others.since());
    } else if (trend.total() == 0) {
      return SPEC.ok("Instance metadata answers ipamD", "0 failed calls of new pods");
    }
    String evidence = node.counts(node.kinds(IpamdError::isOfPod));
    String cause =
        "ipamD reads the VPC's CIDRs from instance metadata for each new pod. Without the CIDRs the"
            + " pod does not start";
    boolean now = node.podsStillFail(trend);
    String title = now ? Cause.METADATA_AWAY.title() : "Instance metadata did not answer ipamD";
    return trend.judge(
        now
            ? SPEC.fail(title, evidence, cause)
            : SPEC.warn(trend.isRising() ? title + " a short time ago" : title, evidence, cause));
  }
}
