package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.snapshot.IpamdError;

/**
 * The check of instance metadata, as ipamD sees it. ipamD reads the VPC's CIDRs from it while it
 * sets up a pod. If that fails, the pod does not start, and no other counter rises.
 */
final class PodMetadata {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "metadata-away",
              "`awscni_aws_api_error_count` of `GetVPCIPv4CIDRBlocks` and `GetVPCIPv6CIDRBlocks`",
              "fail if the count rose in the last minute; warn if it rose in the last three minutes, or"
                  + " if that is unknown; note if it rose before",
              "Check that instance metadata is switched on, and that nothing on the node blocks or"
                  + " floods 169.254.169.254. Run the second command on the node")
          .run(
              "aws ec2 describe-instances --region "
                  + Commands.THIS_REGION
                  + " --instance-ids "
                  + Commands.THIS_INSTANCE
                  + " --query 'Reservations[].Instances[].MetadataOptions'",
              "curl -sS -m 2 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' -o /dev/null -w"
                  + " '%{http_code}\\n' http://169.254.169.254/latest/api/token")
          .needs(METRICS)
          .see(Pages.METADATA);

  private PodMetadata() {}

  static Check check() {
    return SPEC.check(PodMetadata::finding);
  }

  private static Finding finding(NodeEvidence node) {
    Trend trend = node.trend(IpamdError::isOfPod);
    if (trend.total() == 0) {
      return SPEC.ok("Instance metadata answers ipamD", "0 failed calls");
    }
    String evidence = node.counts(node.kinds(IpamdError::isOfPod));
    String cause = "ipamD reads the VPC's CIDRs there for each new pod; without them no pod starts";
    boolean now = trend.roseWithin(Trend.LAST_MINUTE);
    String title = now ? Cause.METADATA_AWAY.title() : "Instance metadata did not answer ipamD";
    return trend.judge(
        now
            ? SPEC.fail(title, evidence, cause)
            : SPEC.warn(trend.isRising() ? title + " a short time ago" : title, evidence, cause));
  }
}
