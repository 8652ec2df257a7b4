package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The errors that ipamD counts: one row for each function that failed.
 *
 * @param fn the label of ipamD's counter
 * @param meaning what failed
 * @param cause what usually leads to it
 */
record IpamdErrors(String fn, String meaning, String cause) {
  private static final Series ALL = MetricCatalog.IPAMD_ERR.onlySeries();

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "ipamd-errors",
              "`awscni_ipamd_error_count` by `fn`",
              "warn: over 0 since ipamD started; one finding for each `fn`",
              "Read ipamD's log: grep -i error /var/log/aws-routed-eni/ipamd.log")
          .needs(METRICS)
          .see(Pages.TROUBLESHOOTING);

  private static final String EC2 =
      "EC2 returned an error: see the finding whose id starts with ec2-";
  private static final String METADATA = "Instance metadata is late or does not answer";
  private static final String OUT_OF_SYNC = "ipamD's state and EC2's were temporarily out of sync";
  private static final String KERNEL = "A route or rule in the kernel could not be set";

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
              "waitENIAttachedMaxRetryExceeded", "An ENI did not appear at the start", METADATA),
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
          new IpamdErrors("decreaseIPPoolFreeENIFailed", "A spare ENI could not be freed", EC2),
          new IpamdErrors(
              "freeENIDeleteRulesFailed", "Rules of a freed ENI could not be deleted", KERNEL),
          new IpamdErrors(
              "reconcileFailedGetENIs", "The attached ENIs could not be listed", METADATA),
          new IpamdErrors(
              "eniReconcileAdd", "An attached ENI could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "eniReconcileDel", "A detached ENI could not be removed from the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileAdd", "An address could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileDel", "A lost address could not be removed from the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "prefixReconcileAdd", "A prefix could not be added to the pool", OUT_OF_SYNC));

  static Check check() {
    return SPEC.checkAll(IpamdErrors::findings);
  }

  /** One series for each row. */
  static Stream<Series> series() {
    return ROWS.stream().map(IpamdErrors::ofRow);
  }

  private Series ofRow() {
    return Series.of(ALL.name(), "fn", Set.of(fn));
  }

  private static List<Finding> findings(NodeEvidence node) {
    double total = node.total(ALL);
    if (total == 0) {
      return List.of(SPEC.ok("ipamD counts no errors", "0 since it started"));
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
              "ipamD counts errors of other kinds",
              "%.0f since it started".formatted(total - known),
              "This release of ipamD counts errors that the agent does not know"));
    }
    return findings;
  }
}
