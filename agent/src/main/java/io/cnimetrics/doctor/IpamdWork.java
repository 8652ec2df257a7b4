package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.METRICS;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Checks of the errors and the totals that ipamD reports. */
final class IpamdWork {
  private IpamdWork() {}

  static List<Check> checks() {
    return List.of(
        IpamdErrors.check(),
        STUCK_ACTION.check(IpamdWork::stuckAction),
        FORCED_REMOVALS.check(IpamdWork::forcedRemovals),
        POD_ENIS.check(IpamdWork::podEnis),
        STATED_TOTALS.check(IpamdWork::statedTotals),
        STALE_GAUGES.check(IpamdWork::staleGauges));
  }

  private static final CheckSpec STUCK_ACTION =
      CheckSpec.of(
              CheckId.STUCK_ACTION,
              "the gauge `awscni_ipamd_action_inprogress`",
              "warn if the gauge is over 0 in each of several polls, and ipamD's calls to EC2 do"
                  + " not rise",
              "Find calls in CloudTrail that EC2 throttles or denies. If the change of the pool"
                  + " lasts more than 15 minutes, restart aws-node. If this happens again, upgrade"
                  + " the VPC CNI: releases 1.19.4 to 1.21.1 can wait for an answer without end")
          .run(
              AgentCommands.doctor("--polls 5"),
              AwsCommands.CALLS_TO_EC2,
              AwsNodeCommands.RESTART,
              AwsNodeCommands.UPGRADE)
          .needs(METRICS);

  private static Finding stuckAction(NodeEvidence node) {
    String evidence =
        "pool changes in progress: %.0f"
            .formatted(node.total(MetricCatalog.IPAMD_ACTION_IN_PROGRESS));
    if (!node.last().isPoolChanging()) {
      return STUCK_ACTION.ok("No pool change is in progress", evidence);
    } else if (!node.showsTrend()) {
      return STUCK_ACTION.notChecked(evidence + "; to see whether they end, run doctor --polls 2");
    }
    return node.lasts(Poll::isPoolChanging)
            && node.polls().stream().skip(1).noneMatch(Ec2Calls::areAnsweredIn)
        ? STUCK_ACTION.warn(
            Cause.STUCK_ACTION.title(),
            "%s, in each of %d polls; addresses available: %d"
                .formatted(evidence, node.polls().size(), node.available()),
            Ec2Calls.HANG)
        : STUCK_ACTION.ok("ipamD changes its pool", evidence);
  }

  private static final CheckSpec FORCED_REMOVALS =
      CheckSpec.of(
              CheckId.FORCED_REMOVALS,
              "`awscni_force_removed_enis`, `awscni_force_removed_ips`",
              "warn if the count rises or may be rising now; note if it rose before",
              "Delete the pods that lost their address, so that they start again with a new"
                  + " address. CloudTrail shows which caller detached the ENI or unassigned the"
                  + " addresses")
          .needs(METRICS);

  private static Finding forcedRemovals(NodeEvidence node) {
    Trend enis = node.trend(MetricCatalog.FORCE_REMOVE_ENI);
    Trend addresses = node.trend(MetricCatalog.FORCE_REMOVE_IPS);
    Trend both = enis.plus(addresses);
    String evidence = "ENIs: %s; addresses: %s".formatted(enis, addresses);
    if (both.total() == 0) {
      return FORCED_REMOVALS.ok("No pod lost its address", evidence);
    }
    Finding finding =
        FORCED_REMOVALS
            .warn(
                "Pods lost addresses that they held",
                evidence,
                "A caller other than ipamD detached an ENI or unassigned its addresses, or instance"
                    + " metadata did not show them for a while. A pod whose address is gone keeps"
                    + " running, and has no network until it is deleted")
            .remedied(
                FORCED_REMOVALS.remedy(),
                PodCommands.podsWithoutAddress(node),
                AwsCommands.callersOf("DetachNetworkInterface"),
                AwsCommands.callersOf("UnassignPrivateIpAddresses"),
                PodCommands.DELETE_POD);
    // The pods stay without network after the last removal, so a note has the advice too.
    return both.known() && !both.isRising() ? finding.at(Level.NOTE) : both.judge(finding);
  }

  private static final CheckSpec POD_ENIS =
      CheckSpec.of(
              CheckId.POD_ENIS,
              "`awscni_pod_eni_error_count`, and whether a trunk ENI is attached",
              "warn if the count rises or may be rising now; note if it rose before, or if a trunk"
                  + " ENI is attached",
              "Read ipamD's log. Check that the instance type supports trunk ENIs")
          .run(
              NodeCommands.ERRORS_OF_IPAMD,
              Command.of("kubectl describe cninode " + Placeholder.NODE))
          .needs(METRICS)
          .see(Pages.POD_SECURITY_GROUPS);

  /**
   * One note says that doctor cannot see some pods. Replaces this note if another finding explains
   * why pods wait.
   */
  static Finding withoutNeedlessNote(NodeEvidence node, Finding finding, List<Finding> findings) {
    boolean unseen = finding.level() == Level.NOTE && !finding.past();
    return unseen && findings.stream().anyMatch(other -> other.level().compareTo(Level.NOTE) < 0)
        ? POD_ENIS.ok("ipamD had no errors with ENIs for single pods", finding.evidence())
        : finding;
  }

  static final Command BRANCH_ENI_EVENTS =
      Command.of(
          "kubectl get events -A | grep -E"
              + " 'BranchAllocationFailed|BranchENIAnnotationFailed|SecurityGroupRequested|pod-eni'");

  private static Finding podEnis(NodeEvidence node) {
    Trend trend = node.trend(MetricCatalog.POD_ENI_ERR);
    String errors = "errors: " + trend;
    if (trend.total() == 0) {
      return node.hasTrunk()
          ? POD_ENIS
              .note(
                  "Doctor cannot see pods with security groups of their own",
                  errors,
                  "These pods use branch ENIs of the trunk ENI. The cluster's VPC resource"
                      + " controller creates the branch ENIs, and ipamD does not count its"
                      + " failures")
              .remedied(
                  "If a pod with security groups of its own does not start, read the controller's"
                      + " events",
                  BRANCH_ENI_EVENTS)
          : POD_ENIS.ok("ipamD had no errors with ENIs for single pods", errors);
    }
    return trend.judge(
        node.snapshot().pool().filter(pool -> hasNoTrunkSlot(node, pool)).isPresent()
            ? POD_ENIS
                .warn(
                    "No slot is left for a trunk ENI",
                    "%s; %d of %.0f ENIs are attached, and none is a trunk ENI"
                        .formatted(errors, node.pool().eniCount(), eniMax(node)),
                    "ENIs with pods used all slots before ENABLE_POD_ENI was set")
                .remedied(
                    "Replace the node. A new node keeps a slot for the trunk ENI",
                    PodCommands.replaceNode())
            : POD_ENIS.warn(
                "ipamD has errors with ENIs for single pods",
                errors,
                "ipamD could not change the node's CNINode object, by which ipamD requests the"
                    + " trunk ENI. Releases before 1.15.0 use a label of the node instead"));
  }

  private static boolean hasNoTrunkSlot(NodeEvidence node, AddressPool pool) {
    return !pool.hasTrunk() && pool.eniCount() >= eniMax(node);
  }

  private static double eniMax(NodeEvidence node) {
    return node.gauge(MetricCatalog.ENI_MAX_AVAILABLE).orElse(Double.MAX_VALUE);
  }

  private static final CheckSpec STATED_TOTALS =
      CheckSpec.of(
              CheckId.STATED_TOTALS,
              "`TotalIPs` and `AssignedIPs` of `/v1/enis`, and the lists in `/v1/enis`",
              "note if totals and lists differ; the lists are right, and the agent uses the lists",
              "The agent's metrics are right. Tools that read TotalIPs are wrong until aws-node"
                  + " restarts")
          .needs(POOL, IPV4);

  private static Finding statedTotals(NodeEvidence node) {
    String evidence =
        node.problems(Source.INTROSPECTION).stream()
            .filter(problem -> problem.reason() == Reason.MISMATCH)
            .map(Problem::fact)
            .collect(Collectors.joining("; "));
    return evidence.isEmpty()
        ? STATED_TOTALS.ok("ipamD's totals match its lists", EvidenceText.of(node.pool()))
        : STATED_TOTALS.note(
            "ipamD's totals do not match its lists",
            evidence,
            "ipamD subtracted forced removals twice, or still counts addresses that were removed");
  }

  private static final CheckSpec STALE_GAUGES =
      CheckSpec.of(
              CheckId.STALE_GAUGES,
              "the gauges `awscni_eni_allocated` and `awscni_total_ip_addresses`, and `/v1/enis`",
              "note if the gauges are wrong in each poll; the agent uses `/v1/enis` instead",
              "The agent's metrics are right. Dashboards that use ipamD's own gauges are wrong for"
                  + " this node")
          .needs(POOL, METRICS, IPV4);

  private static Finding staleGauges(NodeEvidence node) {
    IpamdMetrics metrics = node.metrics();
    AddressPool pool = node.pool();
    String evidence =
        "gauges: %s, %s; introspection: %s"
            .formatted(
                EvidenceText.enis(gauge(metrics, MetricCatalog.ENI_ALLOCATED)),
                EvidenceText.addresses(gauge(metrics, MetricCatalog.TOTAL_IP_ADDRESSES)),
                EvidenceText.of(pool));
    if (!node.polls().stream().allMatch(IpamdWork::gaugesDiffer)) {
      return STALE_GAUGES.ok("ipamD's gauges match its introspection", evidence);
    }
    boolean severalCards = pool.enis().stream().mapToInt(Eni::networkCard).distinct().count() > 1;
    return STALE_GAUGES.note(
        "ipamD's gauges contradict its introspection",
        evidence,
        severalCards
            ? "With several network cards the gauges show only the card that changed last"
            : "After ipamD removes an ENI or an address by force, the gauges keep old values");
  }

  private static long gauge(IpamdMetrics metrics, Metric metric) {
    return (long) metrics.gauge(metric.onlySeries()).orElse(0);
  }

  private static boolean gaugesDiffer(Poll poll) {
    Optional<IpamdMetrics> metrics = poll.snapshot().metrics();
    Optional<AddressPool> pool = poll.snapshot().pool();
    return metrics.isPresent()
        && pool.isPresent()
        && (differs(metrics.get(), MetricCatalog.ENI_ALLOCATED, pool.get().eniCount())
            || differs(metrics.get(), MetricCatalog.TOTAL_IP_ADDRESSES, pool.get().totalIpv4()));
  }

  private static boolean differs(IpamdMetrics metrics, Metric metric, long listed) {
    return metrics.gauge(metric.onlySeries()).orElse((double) listed) != listed;
  }
}
