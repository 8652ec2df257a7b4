package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The errors that ipamD counts. The table has one row for each value of the label {@code fn}.
 *
 * @param fn the value of the label, which names the function of ipamD that failed
 * @param meaning the title of the finding, which says what failed
 * @param cause what usually causes the error
 */
record IpamdErrors(String fn, String meaning, String cause) {
  private static final Series ALL = MetricCatalog.IPAMD_ERR.onlySeries();

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "ipamd-errors",
              "`awscni_ipamd_error_count` by `fn`",
              "warn if the count since ipamD started is over 0; each `fn` has its own finding",
              "Read ipamD's log: grep -i error /var/log/aws-routed-eni/ipamd.log")
          .needs(METRICS)
          .see(Pages.TROUBLESHOOTING);

  private static final String EC2 = "EC2 returned an error. See the findings with the prefix ec2-";
  private static final String METADATA = "Instance metadata answers late or does not answer";
  private static final String OUT_OF_SYNC = "ipamD's state temporarily differed from EC2's state";
  private static final String KERNEL = "The kernel rejected a change of a route or routing rule";

  private static final List<IpamdErrors> ROWS =
      List.of(
          new IpamdErrors("increaseIPPoolAllocENI", "An ENI could not be attached", EC2),
          new IpamdErrors(
              "increaseIPPoolAllocIPAddressesFailed",
              "ipamD could not add addresses to an ENI",
              EC2),
          new IpamdErrors(
              "increaseIPPoolGetENIaddressesFailed",
              "The addresses of an ENI could not be listed",
              EC2),
          new IpamdErrors(
              "increaseIPPoolGetENIprefixedFailed",
              "The prefixes of an ENI could not be listed",
              EC2),
          new IpamdErrors(
              "increaseIPPoolwaitENIAttachedFailed", "A new ENI did not appear in time", METADATA),
          new IpamdErrors(
              "waitENIAttachedMaxRetryExceeded", "An ENI was missing when ipamD started", METADATA),
          new IpamdErrors("increaseIPPoolsetupENIFailed", "A new ENI could not be set up", KERNEL),
          new IpamdErrors(
              "addENIsecondaryIPsToDataStoreFailed",
              "Addresses could not be added to the pool",
              OUT_OF_SYNC),
          new IpamdErrors(
              "addENIv4prefixesToDataStoreFailed",
              "Prefixes could not be added to the pool",
              OUT_OF_SYNC),
          new IpamdErrors(
              "addENIv6prefixesToDataStoreFailed",
              "IPv6 prefixes could not be added to the pool",
              OUT_OF_SYNC),
          new IpamdErrors("decreaseIPPool", "Spare addresses could not be released", OUT_OF_SYNC),
          new IpamdErrors("decreaseIPPoolFreeENIFailed", "A spare ENI could not be removed", EC2),
          new IpamdErrors(
              "freeENIDeleteRulesFailed", "Rules of a removed ENI could not be deleted", KERNEL),
          new IpamdErrors(
              "reconcileFailedGetENIs", "The attached ENIs could not be listed", METADATA),
          new IpamdErrors(
              "eniReconcileAdd", "An attached ENI could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "eniReconcileDel", "A detached ENI could not be removed from the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileAdd", "An address could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileDel", "An address without an ENI stayed in the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "prefixReconcileAdd", "A prefix could not be added to the pool", OUT_OF_SYNC));

  static Check check() {
    return SPEC.checkAll(IpamdErrors::findings);
  }

  /** Returns one series for each row. */
  static Stream<Series> series() {
    return ROWS.stream().map(IpamdErrors::ofRow);
  }

  private Series ofRow() {
    return Series.of(ALL.name(), "fn", Set.of(fn));
  }

  private static List<Finding> findings(NodeEvidence node) {
    double total = node.total(ALL);
    if (total == 0) {
      return List.of(SPEC.ok("ipamD counts no errors", "0 since ipamD started"));
    }
    List<Finding> findings = new ArrayList<>();
    double known = 0;
    for (IpamdErrors row : ROWS) {
      double count = node.total(row.ofRow());
      if (count > 0) {
        known += count;
        String evidence = "%s: %s".formatted(row.fn, node.counted(row.ofRow()));
        findings.add(SPEC.warn(row.meaning, evidence, row.cause));
      }
    }
    if (total > known) {
      findings.add(
          SPEC.warn(
              "ipamD counts errors that the agent does not know",
              "%.0f since ipamD started".formatted(total - known),
              "This release of ipamD may be newer than the agent"));
    }
    return findings;
  }
}
