package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import java.lang.module.ModuleDescriptor.Version;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The check that the release of the VPC CNI has no known bug. */
final class CniReleases {
  private CniReleases() {}

  private static final String REMEDY =
      "Upgrade the VPC CNI. If the bug does not affect the node, this can wait";

  private static final CheckSpec CNI_RELEASE =
      CheckSpec.of(
              CheckId.CNI_RELEASE,
              "`awscni_build_info`, and a table of releases with known bugs",
              "warn if the release has a known bug; note if its bug or limitation is not urgent",
              REMEDY)
          .run(AwsNodeCommands.RELEASES, AwsNodeCommands.UPGRADE)
          .needs(METRICS)
          .see(Pages.RELEASES);

  static final Check CHECK = CNI_RELEASE.check(CniReleases::cniRelease);

  /**
   * A bug that the release notes or the issues of the VPC CNI describe.
   *
   * @param first the first release with the bug
   * @param next the first release for which the row does not hold
   * @param kind the word for it: a bug or a limitation
   * @param here whether the bug affects a node, and why; empty if nothing shows that it does
   */
  private record KnownBug(
      String first,
      String next,
      Level level,
      String kind,
      String text,
      Function<NodeEvidence, Optional<String>> here,
      String remedy) {
    static KnownBug fixed(
        String first,
        String fixedIn,
        Level level,
        String text,
        Function<NodeEvidence, Optional<String>> here) {
      String fixed = "%s. Release %s fixes this bug".formatted(text, fixedIn);
      return new KnownBug(first, fixedIn, level, "bug", fixed, here, REMEDY);
    }

    /** Whether the release of ipamD, or its oldest possible release, has the bug. */
    boolean mayBeIn(NodeEvidence node) {
      return !mayBeBefore(node, first) && mayBeBefore(node, next);
    }
  }

  private static final KnownBug MISCOUNT =
      KnownBug.fixed(
          "1.20.0",
          "1.23.0",
          Level.NOTE,
          "ipamD counts an unmanaged ENI again each minute, and after some minutes attaches no more"
              + " ENIs. A restart of aws-node helps for a while",
          CniReleases::withUnmanagedEnis);

  private static final List<KnownBug> KNOWN_BUGS =
      List.of(
          KnownBug.fixed(
              "1.13.0",
              "1.13.3",
              Level.NOTE,
              "ipamD needs several times as much memory as in release 1.12, above all in large"
                  + " clusters, and can run out of memory again and again",
              node -> Optional.of("The bug affects this node if aws-node was OOMKilled")),
          KnownBug.fixed(
              "1.16.3",
              "1.16.4",
              Level.WARN,
              "ipamD uses a whole CPU while it needs addresses and gets none, for example because"
                  + " the node has no room for another ENI",
              CniReleases::withoutRoomForEni),
          KnownBug.fixed(
              "1.19.4",
              "1.19.5",
              Level.WARN,
              "Custom networking and security groups for pods do not work together",
              CniReleases::withBothNetworks),
          MISCOUNT,
          new KnownBug(
              "1.23.0",
              "1.23.1",
              Level.NOTE,
              "limitation",
              "Since this release ipamD listens on a unix socket, to which network policy agents"
                  + " before 1.4.1 cannot connect",
              node -> Optional.of("This does not matter without network policies"),
              "Compare the images. If aws-network-policy-agent is older than 1.4.1, upgrade the"
                  + " agent, for example by an upgrade of the add-on"));

  private static final String AFFECTED = "The bug affects this node, because ";
  private static final String NOT_AFFECTED = "The bug does not affect this node now, because ";

  private static Optional<String> withoutRoomForEni(NodeEvidence node) {
    long enis = node.snapshot().pool().map(AddressPool::eniCount).orElse(0);
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    if (enis == 0 || most == 0) {
      return Optional.of("The bug affects a node that has no room for another ENI");
    }
    boolean needs = node.last().isEmptyWithRoom();
    return Optional.of(
        (enis >= most || needs ? AFFECTED : NOT_AFFECTED)
            + "the node has %d of %.0f ENIs".formatted(enis, most)
            + (needs ? " and no available address" : ""));
  }

  private static Optional<String> withBothNetworks(NodeEvidence node) {
    if (node.snapshot().settings().isEmpty()) {
      return Optional.of(
          "The bug affects this node if aws-node sets both AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"
              + " and ENABLE_POD_ENI to true");
    } else if (!node.customNetworking()) {
      return Optional.of(NOT_AFFECTED + "custom networking is off");
    }
    return Optional.of(
        node.hasTrunk()
            ? AFFECTED + "the node has custom networking and a trunk ENI"
            : NOT_AFFECTED + "the node has no trunk ENI, so no pod has security groups of its own");
  }

  /** Unmanaged ENIs, or MAX_ENI, lower ipamD's limit of ENIs. */
  private static Optional<String> withUnmanagedEnis(NodeEvidence node) {
    double most = node.total(MetricCatalog.ENI_MAX_AVAILABLE);
    return node.typeLimit()
        .filter(limit -> node.mode() != AddressMode.IPV6 && !limit.hasSeveralCards())
        .filter(limit -> most > 0 && most < limit.enis())
        .map(
            limit ->
                ("The bug affects this node if it has unmanaged ENIs: ipamD's limit is %.0f ENIs,"
                        + " and the type permits %d")
                    .formatted(most, limit.enis()));
  }

  /** Why ipamD perhaps attaches no more ENIs; empty if its release does not have this bug. */
  static Optional<String> miscount(NodeEvidence node) {
    String text = MISCOUNT.text();
    return Optional.of(
            node.cniVersion().isPresent()
                ? text
                : "If the release is older than %s, %s".formatted(MISCOUNT.next(), text))
        .filter(any -> MISCOUNT.mayBeIn(node));
  }

  /** EKS appends its own build number, as in v1.19.4-eksbuild.1. */
  private static String release(String version) {
    return version.split("-", 2)[0];
  }

  private static Finding cniRelease(NodeEvidence node) {
    Optional<String> version = node.metrics().cniVersion();
    if (version.isEmpty()) {
      return oldest(node)
          .map(
              least ->
                  CNI_RELEASE.ok(
                      "The release is newer than most releases with known bugs",
                      "ipamD does not report its release, but answers like %s or later"
                          .formatted(least)))
          .orElseGet(() -> CNI_RELEASE.notChecked("ipamD does not report its release"));
    }
    List<KnownBug> bugs = node.snapshot().reportedRelease().isPresent() ? KNOWN_BUGS : List.of();
    return bugs.stream()
        .filter(bug -> bug.mayBeIn(node))
        .flatMap(
            bug -> bug.here().apply(node).map(here -> finding(bug, version.get(), here)).stream())
        .findFirst()
        .orElseGet(
            () -> CNI_RELEASE.ok("No known bug of the release affects the node", version.get()));
  }

  private static Finding finding(KnownBug bug, String version, String here) {
    return CNI_RELEASE
        .warn(
            "VPC CNI %s has a known %s".formatted(release(version), bug.kind()),
            "ipamD reports its release as " + version,
            "%s. %s".formatted(bug.text(), here))
        .at(bug.level())
        .remedied(bug.remedy(), AwsNodeCommands.RELEASES, AwsNodeCommands.UPGRADE);
  }

  /** Whether the release is perhaps older than this release. */
  static boolean mayBeBefore(NodeEvidence node, String release) {
    return oldest(node).filter(oldest -> oldest.compareTo(Version.parse(release)) >= 0).isEmpty();
  }

  /** The release, or the oldest release that answers as this ipamD does; empty if unknown. */
  private static Optional<Version> oldest(NodeEvidence node) {
    return node.snapshot()
        .oldestRelease()
        .or(
            () ->
                node.snapshot()
                    .metrics()
                    .filter(IpamdProcess::reportsStarts)
                    .map(any -> Version.parse("1.20.0")));
  }
}
