package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.IpamdError;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The errors that ipamD counts. The table has one row for each value of the label {@code fn}.
 *
 * @param fn the value of the label, which names the function of ipamD that failed
 * @param meaning the title of the finding, which says what failed
 * @param cause what usually causes the error
 */
record IpamdErrors(String fn, String meaning, String cause) {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              CheckId.IPAMD_ERRORS,
              "`awscni_ipamd_error_count` by `fn`",
              "warn if the count rises or may be rising now; note if the count rose before, or if"
                  + " ipamD could not release something; each `fn` has its own finding",
              "Read the errors in ipamD's log")
          .run(NodeCommands.ERRORS_OF_IPAMD)
          .needs(METRICS)
          .see(Pages.TROUBLESHOOTING);

  private static final String EC2 = "EC2 returned an error. See the findings with the prefix ec2-";
  private static final String METADATA = "Instance metadata answers late or does not answer";
  private static final String OUT_OF_SYNC = "ipamD's state temporarily differed from EC2's state";
  private static final String LOST_POD =
      "When ipamD started, it could not find out which addresses pods held. Two pods can then get"
          + " the same address. Releases since 1.7 keep the addresses in a file";
  private static final String KERNEL = "The kernel rejected a change of a route or routing rule";
  private static final String SETUP =
      "The ENI did not appear on the node, or the kernel rejected a route or routing rule";

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
          new IpamdErrors("waitENIAttachedMaxRetryExceeded", "An ENI could not be set up", SETUP),
          new IpamdErrors("increaseIPPoolsetupENIFailed", "A new ENI could not be set up", SETUP),
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
          new IpamdErrors(
              "addENIaddressesToDataStoreAddENIIPv4AddressFailed",
              "Addresses could not be added to the pool",
              OUT_OF_SYNC),
          new IpamdErrors(
              "addENIprefixesToDataStoreFailed",
              "Prefixes could not be added to the pool",
              OUT_OF_SYNC),
          new IpamdErrors(
              "decreaseIPPool",
              "Spare addresses could not be released",
              "A pod got an address that ipamD was about to release"),
          new IpamdErrors("decreaseIPPoolFreeENIFailed", "A spare ENI could not be removed", EC2),
          new IpamdErrors(
              "freeENIDeleteRulesFailed", "Rules of a removed ENI could not be deleted", KERNEL),
          new IpamdErrors(
              "reconcileFailedGetENIs", "The attached ENIs could not be listed", METADATA),
          new IpamdErrors(
              "eniReconcileAdd", "An attached ENI could not be added to the pool", SETUP),
          new IpamdErrors(
              "eniReconcileDel", "A detached ENI could not be removed from the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileAdd", "An address could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "ipReconcileDel", "An address without an ENI stayed in the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "prefixReconcileAdd", "A prefix could not be added to the pool", OUT_OF_SYNC),
          new IpamdErrors(
              "nodeInitK8SGetLocalPodIPsFailed", "ipamD did not find its pods", LOST_POD),
          new IpamdErrors(
              "nodeInitAssignPodIPv4AddressFailed",
              "ipamD did not find a pod's address",
              LOST_POD));

  static Check check() {
    return SPEC.checkAll(IpamdErrors::findings);
  }

  private static Optional<IpamdErrors> row(String fn) {
    return ROWS.stream().filter(row -> row.fn.equals(fn)).findFirst();
  }

  private static List<Finding> findings(NodeEvidence node) {
    List<Finding> findings =
        node.metrics().errors().keySet().stream()
            .filter(kind -> kind.family().equals(IpamdError.FUNCTION_ERRORS))
            .filter(kind -> node.trend(kind).total() > 0)
            .sorted(Comparator.comparing(IpamdError::call))
            .map(kind -> finding(node, node.trend(kind), kind.call()))
            .toList();
    return findings.isEmpty()
        ? List.of(SPEC.ok("ipamD counts no errors", "0 since it started"))
        : findings;
  }

  /**
   * Why a new ENI or address does not reach the pool; empty if ipamD counts no new error of this
   * kind.
   */
  static Optional<String> whyPoolDoesNotGrow(NodeEvidence node) {
    return node.kinds(IpamdError::isOfGrowth).stream()
        .filter(kind -> node.trend(kind).isRising())
        .findFirst()
        .flatMap(kind -> row(kind.call()))
        .map(row -> "%s. %s".formatted(row.meaning, row.cause(node)));
  }

  /** Whether new ENIs do not appear on the node or cannot be set up there, although EC2 answers. */
  static boolean losesNewEnis(NodeEvidence node) {
    return node.kinds(IpamdError::isOfGrowth).stream()
        .filter(kind -> node.trend(kind).isRising())
        .flatMap(kind -> row(kind.call()).stream())
        .map(row -> row.cause(node))
        .anyMatch(cause -> cause.equals(SETUP) || cause.equals(METADATA));
  }

  /** The calls to EC2 that releases of ipamD make while they set up an ENI. */
  private static final Set<String> CALLS_OF_SETUP =
      Set.of("CreateTags", "DescribeSubnets", "DescribeNetworkInterfaces", "AssignIpv6Addresses");

  /**
   * The cause, by what ipamD counts besides. Replaces the cause "EC2" if no call to EC2 fails.
   * ipamD also counts an error if it makes no call because it finds no subnet or security group.
   */
  private String cause(NodeEvidence node) {
    if (cause.equals(METADATA) && PodMetadata.lacksValueOfEni(node)) {
      return PodMetadata.WITHOUT_VALUE;
    } else if (cause.equals(SETUP) && node.trend(IpamdErrors::isOfSetup).mayRise()) {
      return EC2;
    }
    boolean refuted = cause.equals(EC2) && !node.trend(Ec2Calls.IS_ANSWER).mayRise();
    return refuted && !node.trend(MetricCatalog.EC2_API_ERR_COUNT).mayRise()
        ? "EC2 returns no error. Perhaps ipamD finds no subnet or security group for a new ENI"
        : cause;
  }

  private static boolean isOfSetup(IpamdError error) {
    return Ec2Calls.IS_ANSWER.test(error) && CALLS_OF_SETUP.contains(error.action());
  }

  private static Finding finding(NodeEvidence node, Trend trend, String fn) {
    Optional<IpamdErrors> row = row(fn);
    String title = row.map(IpamdErrors::meaning).orElse("ipamD counts errors of another kind");
    String cause =
        row.map(known -> known.cause(node))
            .orElse("The agent does not know this function of ipamD. ipamD's log has the error");
    String evidence = "%s: %s".formatted(fn, trend);
    Finding judged = trend.judge(SPEC.warn(title, evidence, cause));
    return RELEASES.contains(fn) ? judged.at(Level.NOTE) : judged;
  }

  /** ipamD tries again to release spare addresses and ENIs, and no pod waits for this. */
  private static final Set<String> RELEASES =
      Set.of("decreaseIPPool", "decreaseIPPoolFreeENIFailed", "freeENIDeleteRulesFailed");
}
