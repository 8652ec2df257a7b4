package io.cnimetrics.doctor;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What ipamD calls errors of its own, in plain words. */
final class IpamdErrors implements Check {
  private static final Series ALL = MetricCatalog.IPAMD_ERR.onlySeries();
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "ipamd-errors",
              "`awscni_ipamd_error_count` by `fn`",
              "warn: over 0 since ipamD started; one finding for each `fn`",
              "See ipamD's words for it: grep -i error /var/log/aws-routed-eni/ipamd.log")
          .see(Pages.TROUBLESHOOTING);

  /** Where ipamD counts an error, what that means, and what mostly brings it about. */
  private record Known(String fn, String meaning, String cause) {
    Series series() {
      return Series.of(ALL.name(), "fn", Set.of(fn));
    }
  }

  private static final String EC2_SAYS_NO = "EC2 refused: see the findings on EC2";
  private static final String METADATA = "Instance metadata are late or do not answer";
  private static final String OUT_OF_STEP = "ipamD's state and EC2's were temporarily out of sync";
  private static final String KERNEL = "Routes or rules in the kernel could not be set";

  private static final List<Known> KNOWN =
      List.of(
          new Known("increaseIPPoolAllocENI", "An ENI could not be attached", EC2_SAYS_NO),
          new Known("increaseIPPoolAllocIPAddressesFailed", "An ENI got no addresses", EC2_SAYS_NO),
          new Known(
              "increaseIPPoolGetENIaddressesFailed",
              "The addresses of an ENI could not be listed",
              EC2_SAYS_NO),
          new Known(
              "increaseIPPoolGetENIprefixedFailed",
              "The prefixes of an ENI could not be listed",
              EC2_SAYS_NO),
          new Known(
              "increaseIPPoolwaitENIAttachedFailed", "A new ENI did not show up in time", METADATA),
          new Known(
              "waitENIAttachedMaxRetryExceeded", "An ENI did not show up at the start", METADATA),
          new Known("increaseIPPoolsetupENIFailed", "A new ENI could not be set up", KERNEL),
          new Known(
              "addENIsecondaryIPsToDataStoreFailed",
              "Addresses could not be taken in",
              OUT_OF_STEP),
          new Known(
              "addENIv4prefixesToDataStoreFailed", "Prefixes could not be taken in", OUT_OF_STEP),
          new Known(
              "addENIv6prefixesToDataStoreFailed",
              "IPv6 prefixes could not be taken in",
              OUT_OF_STEP),
          new Known("decreaseIPPool", "Spare addresses could not be given back", OUT_OF_STEP),
          new Known("decreaseIPPoolFreeENIFailed", "A spare ENI could not be freed", EC2_SAYS_NO),
          new Known("freeENIDeleteRulesFailed", "Rules of a freed ENI stayed behind", KERNEL),
          new Known("reconcileFailedGetENIs", "The attached ENIs could not be listed", METADATA),
          new Known("eniReconcileAdd", "An ENI that EC2 shows could not be taken in", OUT_OF_STEP),
          new Known("eniReconcileDel", "A detached ENI could not be let go", OUT_OF_STEP),
          new Known(
              "ipReconcileAdd", "An address that EC2 shows could not be taken in", OUT_OF_STEP),
          new Known("ipReconcileDel", "A lost address could not be let go", OUT_OF_STEP),
          new Known(
              "prefixReconcileAdd", "A prefix that EC2 shows could not be taken in", OUT_OF_STEP));

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.METRICS);
  }

  static Stream<Series> series() {
    return KNOWN.stream().map(Known::series);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    double total = node.total(ALL);
    if (total == 0) {
      return List.of(SPEC.ok("ipamD counts no errors", "0 since it started"));
    }
    List<Finding> findings = new ArrayList<>();
    double known = 0;
    for (Known error : KNOWN) {
      if (node.total(error.series()) > 0) {
        known += node.total(error.series());
        String evidence = "%s: %s".formatted(error.fn(), node.counted(error.series()));
        findings.add(SPEC.warn(error.meaning(), evidence, error.cause()));
      }
    }
    if (total > known) {
      findings.add(
          SPEC.warn(
              "ipamD counts errors of another kind",
              "%.0f since it started".formatted(total - known),
              "Its release names errors that are not known here"));
    }
    return findings;
  }
}
