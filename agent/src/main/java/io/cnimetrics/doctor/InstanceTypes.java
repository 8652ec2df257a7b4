package io.cnimetrics.doctor;

import io.cnimetrics.capacity.InstanceLimits;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.Problem;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The check that ipamD knows the limits of the instance type. */
final class InstanceTypes {
  private InstanceTypes() {}

  private static final CheckSpec TYPE =
      CheckSpec.of(
              CheckId.INSTANCE_TYPE,
              "the instance type, the bundled table of limits, and ipamD's gauges",
              "warn if the effective maximum of the node is unknown, or if EC2's errors show that"
                  + " ipamD's limits are too high; note if ipamD's limits differ from the table,"
                  + " or if the type is unknown or not in the table",
              "If the instance type is new, upgrade the agent. Otherwise let the agent read"
                  + " instance metadata and ipamD's metrics")
          .run(AgentCommands.LOG)
          .see(Pages.INSTANCE_TYPES);

  static final Check CHECK = TYPE.check(InstanceTypes::instanceType);

  private static Finding instanceType(NodeEvidence node) {
    Optional<Problem> unknown = node.capacity().problem();
    Optional<String> type = node.snapshot().instance().type();
    if (unknown.isPresent()) {
      return TYPE.warn(
          "The node's maximum is unknown",
          unknown.get().fact(),
          "Neither the table of limits nor ipamD's gauges show the maximum");
    } else if (type.isEmpty()) {
      return TYPE.note(
          "The instance type is unknown",
          "instance metadata does not report the type",
          "Instance metadata is switched off, or the agent cannot read it");
    }
    return InstanceLimits.of(type.get())
        .map(limit -> limits(node, type.get(), limit))
        .orElseGet(
            () ->
                TYPE.note(
                    "The instance type is not in the table of limits",
                    type.get(),
                    "The type is newer than this agent. The agent uses ipamD's gauges instead"));
  }

  private static Finding limits(NodeEvidence node, String type, InstanceLimits.Limit table) {
    String byTable = product(table.enis(), table.podIpv4PerEni());
    Optional<IpamdLimits> ipamd = IpamdLimits.of(node, table);
    if (ipamd.isEmpty()) {
      return TYPE.ok("The instance type is known", "%s: %s for pods".formatted(type, byTable));
    }
    double attachments = refused(node, Cause.ATTACHMENT_LIMIT);
    double assignments = refused(node, Cause.ENI_LIMIT);
    boolean enisProved = ipamd.get().enis() > table.enis() && attachments > 0;
    boolean addressesProved = ipamd.get().perEni() > table.podIpv4PerEni() && assignments > 0;
    String evidence =
        "for %s EC2 permits %s for pods, and ipamD assumes %s"
            .formatted(type, byTable, product(ipamd.get().enis(), ipamd.get().perEni()));
    String cause = "This release of the VPC CNI has a wrong limit for this instance type";
    if (!enisProved && !addressesProved) {
      return TYPE.note(
              "ipamD and EC2 have different limits for this instance type", evidence, cause)
          .remedied(
              "Upgrade the VPC CNI or the agent, whichever is older. It is unknown which limit is"
                  + " right, because EC2 has not refused a call of ipamD yet",
              AwsNodeCommands.UPGRADE);
    }
    String answers =
        Stream.of(
                enisProved ? answered(node, Cause.ATTACHMENT_LIMIT, attachments) : "",
                addressesProved ? answered(node, Cause.ENI_LIMIT, assignments) : "")
            .filter(answer -> !answer.isEmpty())
            .collect(Collectors.joining(" and "));
    return TYPE.warn(
            "ipamD's limits for %s are too high".formatted(type),
            "%s; EC2 answered %s".formatted(evidence, answers),
            cause + ". ipamD never corrects this limit")
        .remedied("Upgrade the VPC CNI" + lowerMaxPods(node, table), AwsNodeCommands.UPGRADE);
  }

  private static String product(long enis, long perEni) {
    return "%s × %s".formatted(EvidenceText.enis(enis), EvidenceText.addresses(perEni));
  }

  private static String answered(NodeEvidence node, Cause cause, double times) {
    String codes =
        node.kinds(kind -> cause.ec2Codes().contains(kind.code())).stream()
            .map(IpamdError::code)
            .distinct()
            .collect(Collectors.joining(" or "));
    return "%s %.0f times".formatted(codes, times);
  }

  /** How often EC2 has refused calls for this cause since ipamD started. */
  private static double refused(NodeEvidence node, Cause cause) {
    return node.snapshot()
        .metrics()
        .map(metrics -> metrics.apiErrors(cause.ec2Codes()))
        .orElse(0.0);
  }

  private static String lowerMaxPods(NodeEvidence node, InstanceLimits.Limit table) {
    if (node.mode() == AddressMode.PREFIX) {
      return "";
    }
    int reachable = table.enis() * table.podIpv4PerEni();
    return ". Until then, set the kubelet's max-pods to %d in the launch template of the node group"
        .formatted(reachable + node.agentSettings().hostNetworkPods());
  }

  /**
   * The limits that ipamD's gauges show.
   *
   * @param perEni the number of single addresses for pods on an ENI
   */
  private record IpamdLimits(long enis, long perEni) {
    /**
     * Returns ipamD's limits if they contradict the table. Fewer ENIs than in the table are no
     * contradiction, because MAX_ENI and unmanaged ENIs lower the number.
     */
    static Optional<IpamdLimits> of(NodeEvidence node, InstanceLimits.Limit table) {
      OptionalLong perEni = node.addressesPerEni();
      if (perEni.isEmpty() || hasSeveralCards(node)) {
        return Optional.empty();
      }
      long factor = node.mode() == AddressMode.PREFIX ? NodeCapacity.ADDRESSES_PER_PREFIX : 1;
      IpamdLimits limits =
          new IpamdLimits(
              (long) node.total(MetricCatalog.ENI_MAX_AVAILABLE), perEni.getAsLong() / factor);
      boolean contradicts =
          limits.enis() > table.enis() || limits.perEni() != table.podIpv4PerEni();
      return Optional.of(limits).filter(any -> contradicts);
    }

    private static boolean hasSeveralCards(NodeEvidence node) {
      return node.snapshot()
          .pool()
          .filter(pool -> pool.enis().stream().anyMatch(eni -> eni.networkCard() > 0))
          .isPresent();
    }
  }
}
