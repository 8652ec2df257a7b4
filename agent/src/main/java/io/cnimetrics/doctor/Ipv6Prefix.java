package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdError;
import java.util.List;
import java.util.Optional;

/** The check that a node with IPv6 has a prefix, and EC2's answers to the call for the prefix. */
final class Ipv6Prefix {
  private Ipv6Prefix() {}

  private static final CheckSpec SPEC =
      CheckSpec.of(
              CheckId.IPV6_PREFIX,
              "the IPv6 prefixes in `/v1/enis`, and the errors of `AssignIpv6Addresses`",
              "fail if a node with IPv6 has no prefix; warn if ipamD has just started. If EC2"
                  + " denied or throttled the call for the prefix, ec2-denied or ec2-throttled has"
                  + " the remedy",
              "Find the reason in ipamD's log. If the node's subnet has no IPv6 CIDR, add one, or"
                  + " put nodes into other subnets. Then restart aws-node, so that ipamD makes the"
                  + " call again")
          .run(NodeCommands.ERRORS_OF_IPAMD, EniCommands.IPV6_OF_SUBNETS, AwsNodeCommands.RESTART)
          .needs(POOL, METRICS)
          .see(Pages.IPV6);

  static final Check CHECK = SPEC.check(Ipv6Prefix::finding);

  private static Finding finding(NodeEvidence node) {
    AddressPool pool = node.pool();
    if (node.mode() != AddressMode.IPV6) {
      return SPEC.ok("Pods use IPv4", EvidenceText.of(pool));
    }
    Optional<Level> level = levelWithoutPrefix(node);
    if (level.isEmpty()) {
      return SPEC.ok("The node has an IPv6 prefix", EvidenceText.enis(pool.eniCount()));
    }
    List<IpamdError> errors = node.kinds(Ipv6Prefix::isOfPrefix);
    return SPEC.fail(
            "The node has no IPv6 prefix",
            "%s, 0 IPv6 prefixes; %s"
                .formatted(
                    EvidenceText.enis(pool.eniCount()),
                    errors.isEmpty() ? uncounted(node) : node.counts(errors)),
            "ipamD requests the prefix when it starts, and EC2 did not assign a prefix. Usually the"
                + " node's subnet has no IPv6 CIDR, or ipamD did not reach EC2")
        .at(level.get());
  }

  /** Since release 1.19.4 ipamD counts a code only if EC2 answered. */
  private static String uncounted(NodeEvidence node) {
    double failed = node.total(MetricCatalog.EC2_API_ERR_COUNT);
    return failed > 0
        ? "%.0f calls to EC2 failed, none with an error code of AssignIpv6Addresses"
            .formatted(failed)
        : "no error of AssignIpv6Addresses";
  }

  /** The level of the trouble if the node has no IPv6 prefix; empty if pods need none. */
  private static Optional<Level> levelWithoutPrefix(NodeEvidence node) {
    boolean lacks =
        node.mode() == AddressMode.IPV6
            && node.snapshot().pool().filter(pool -> !pool.ipv6()).isPresent();
    boolean refused = node.total(MetricCatalog.NO_AVAILABLE_IP_ADDRS) > 0;
    return lacks
        ? Optional.of(node.justStarted() && !refused ? Level.WARN : Level.FAIL)
        : Optional.empty();
  }

  private static boolean isOfPrefix(IpamdError kind) {
    return kind.action().equals("AssignIpv6Addresses");
  }

  /**
   * EC2's answer as the finding of a row of {@link Ec2Errors}; empty if the node has a prefix or
   * the answer belongs to another row. ipamD calls EC2 for the prefix only when it starts.
   * Therefore the last answer is the reason, even if the count no longer rises.
   */
  static Optional<Finding> answer(NodeEvidence node, CheckSpec row, String cause) {
    List<IpamdError> errors = errors(node, row.id());
    return levelWithoutPrefix(node)
        .filter(any -> !errors.isEmpty())
        .map(
            level ->
                row.id() == CheckId.EC2_THROTTLED
                    ? throttled(row, node.counts(errors)).at(level)
                    : Ec2Remedies.denied(
                        errors,
                        row.fail("EC2 denied" + OF_CALL, node.counts(errors), cause).at(level)));
  }

  private static final String OF_CALL = " the call for an IPv6 prefix";

  private static Finding throttled(CheckSpec row, String evidence) {
    return row.fail(
            "EC2 throttled" + OF_CALL,
            evidence,
            "EC2 throttled the call when ipamD started. Up to release 1.23.1 ipamD repeats the call"
                + " only while it starts")
        .remedied(
            "Restart aws-node, so that ipamD repeats the call. From release 1.23.2 on ipamD repeats"
                + " the call without a restart",
            AwsNodeCommands.RESTART,
            AwsNodeCommands.UPGRADE);
  }

  private static final List<Cause> ANSWERS = List.of(Cause.EC2_DENIES, Cause.EC2_THROTTLES);

  private static List<IpamdError> errors(NodeEvidence node, CheckId row) {
    List<Cause> causes = ANSWERS.stream().filter(cause -> CheckId.of(cause) == row).toList();
    return node.kinds(
        Ec2Calls.IS_ANSWER
            .and(Ipv6Prefix::isOfPrefix)
            .and(kind -> Cause.ofCode(kind.code()).filter(causes::contains).isPresent()));
  }

  /** EC2's answer to the call for the prefix explains why the node has no prefix. */
  static Finding explained(NodeEvidence node, Finding finding, List<Finding> findings) {
    return finding.isPresent()
        ? findings.stream()
            .filter(other -> other.isPresent() && !errors(node, other.check()).isEmpty())
            .findFirst()
            .map(finding::explainedBy)
            .orElse(finding)
        : finding;
  }
}
