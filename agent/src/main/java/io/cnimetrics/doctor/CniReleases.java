package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdMetrics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The check that the release of the VPC CNI has no known bug. */
final class CniReleases {
  private CniReleases() {}

  private static final CheckSpec CNI_RELEASE =
      CheckSpec.of(
              CheckId.CNI_RELEASE,
              "`awscni_build_info`, and a table of releases with known bugs",
              "warn if the release has a known bug; note if the release has a known limitation",
              "Upgrade the VPC CNI. If the bug does not affect the node, this can wait")
          .run(AwsNodeCommands.RELEASES, AwsNodeCommands.UPGRADE)
          .needs(METRICS)
          .see(Pages.RELEASES);

  static final Check CHECK = CNI_RELEASE.check(CniReleases::cniRelease);

  /**
   * A bug that the release notes or the issues of the VPC CNI describe.
   *
   * @param here whether the bug affects a node, and why
   */
  private record KnownBug(
      String release, Level level, String text, Function<NodeEvidence, String> here) {}

  private static final List<KnownBug> KNOWN_BUGS =
      List.of(
          new KnownBug(
              "v1.16.3",
              Level.WARN,
              "ipamD uses a whole CPU while it needs addresses and gets none, for example because"
                  + " the node has no room for another ENI. Release 1.16.4 fixes this bug",
              CniReleases::withoutRoomForEni),
          new KnownBug(
              "v1.19.4",
              Level.WARN,
              "Custom networking and security groups for pods do not work together. Release"
                  + " 1.19.5 fixes this bug",
              CniReleases::withBothNetworks),
          new KnownBug(
              "v1.23.0",
              Level.NOTE,
              "Since this release ipamD listens on a unix socket, to which network policy agents"
                  + " before 1.4.1 cannot connect",
              node -> "This does not matter without network policies"));

  private static final String AFFECTED = "The bug affects this node, because ";
  private static final String NOT_AFFECTED = "The bug does not affect this node now, because ";

  private static String withoutRoomForEni(NodeEvidence node) {
    long enis = node.snapshot().pool().map(AddressPool::eniCount).orElse(0);
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    if (enis == 0 || most == 0) {
      return "The bug affects a node that has no room for another ENI";
    }
    return (enis >= most ? AFFECTED : NOT_AFFECTED)
        + "the node has %d of %.0f ENIs".formatted(enis, most);
  }

  private static String withBothNetworks(NodeEvidence node) {
    if (node.snapshot().settings().isEmpty()) {
      return "The bug affects this node if aws-node sets both AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
          + " and ENABLE_POD_ENI to true";
    } else if (!node.customNetworking()) {
      return NOT_AFFECTED + "custom networking is off";
    }
    return node.snapshot().pool().filter(AddressPool::hasTrunk).isPresent()
        ? AFFECTED + "the node has custom networking and a trunk ENI"
        : NOT_AFFECTED + "the node has no trunk ENI, so no pod has security groups of its own";
  }

  /** The releases that do not reset the number of unmanaged ENIs before they count again. */
  private static final Pattern MISCOUNTING = Pattern.compile("v1\\.2[0-2]\\..*");

  static final String MISCOUNT =
      "ipamD counts an unmanaged ENI again each minute, and after some minutes attaches no more"
          + " ENIs. A restart of aws-node helps for a while. Release 1.23.0 fixes this bug";

  /** Whether ipamD reports a release that counts unmanaged ENIs several times. */
  static boolean miscountsUnmanagedEnis(NodeEvidence node) {
    return node.snapshot()
        .metrics()
        .flatMap(IpamdMetrics::cniVersion)
        .filter(version -> MISCOUNTING.matcher(version).matches())
        .isPresent();
  }

  /** Whether unmanaged ENIs, or MAX_ENI, lower ipamD's limit of ENIs. */
  private static boolean hasUnmanagedEnis(NodeEvidence node) {
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    return node.mode() != AddressMode.IPV6
        && node.typeLimit()
            .filter(limit -> !limit.hasSeveralCards())
            .filter(limit -> most > 0 && most < limit.enis())
            .isPresent();
  }

  private static Finding cniRelease(NodeEvidence node) {
    Optional<String> version = node.metrics().cniVersion();
    if (version.isEmpty()) {
      return newerThanBugs(node)
          .map(
              least ->
                  CNI_RELEASE.ok(
                      "The release is newer than most releases with known bugs",
                      "ipamD does not report its release, but answers like %s or later"
                          .formatted(least)))
          .orElseGet(() -> CNI_RELEASE.notChecked("ipamD does not report its release"));
    }
    // EKS appends its own build number, as in v1.19.4-eksbuild.1.
    String release = version.get().split("-", 2)[0];
    if (miscountsUnmanagedEnis(node) && hasUnmanagedEnis(node)) {
      return CNI_RELEASE.note(
          "VPC CNI %s has a known bug".formatted(release),
          "ipamD reports its release as %s, and the limit %.0f of ENIs, which is below the type's"
              .formatted(version.get(), node.total(MetricCatalog.ENI_MAX_AVAILABLE)),
          "If the node has unmanaged ENIs: " + MISCOUNT);
    }
    return KNOWN_BUGS.stream()
        .filter(bug -> bug.release().equals(release))
        .findFirst()
        .map(bug -> cniRelease(node, bug, version.get()))
        .orElseGet(() -> CNI_RELEASE.ok("The release has no known bug", version.get()));
  }

  /**
   * Returns the oldest release that answers as this ipamD does; empty if this release perhaps has
   * known bugs.
   */
  static Optional<String> newerThanBugs(NodeEvidence node) {
    boolean subnets =
        node.snapshot()
            .pool()
            .filter(pool -> pool.eniCount() > 0 && pool.reportsSubnets())
            .isPresent();
    if (subnets) {
      return Optional.of("1.22.0");
    }
    return IpamdProcess.reportsStarts(node.metrics()) ? Optional.of("1.20.0") : Optional.empty();
  }

  private static Finding cniRelease(NodeEvidence node, KnownBug bug, String version) {
    String evidence = "ipamD reports its release as " + version;
    String cause = "%s. %s".formatted(bug.text(), bug.here().apply(node));
    return bug.level() == Level.WARN
        ? CNI_RELEASE.warn("VPC CNI %s has a known bug".formatted(bug.release()), evidence, cause)
        : CNI_RELEASE
            .note("VPC CNI %s has a known limitation".formatted(bug.release()), evidence, cause)
            .remedied(
                "Compare the images. If aws-network-policy-agent is older than 1.4.1, upgrade the"
                    + " agent, for example by an upgrade of the add-on",
                AwsNodeCommands.RELEASES,
                AwsNodeCommands.UPGRADE);
  }
}
