package io.cnimetrics.doctor;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether this release of the VPC CNI is one to be careful with. */
final class CniRelease implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "cni-release",
              "`awscni_build_info`, in a table of releases with known faults",
              "warn: the release has a known bug; note: it has a known limitation",
              "Upgrade: aws eks update-addon --cluster-name <cluster> --addon-name vpc-cni"
                  + " --addon-version <a later one>")
          .see(Pages.RELEASES);

  /** By AWS's release notes and issues. */
  private record Known(String release, Level level, String what, String fixedIn) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known(
              "v1.16.3",
              Level.WARN,
              "ipamD can use a whole CPU when the node has no room for another ENI",
              "1.16.4"),
          new Known(
              "v1.19.4",
              Level.WARN,
              "custom networking and security groups for pods do not work together",
              "1.19.5"),
          new Known(
              "v1.23.0",
              Level.NOTE,
              "it works with the network policy agent only from its release 1.4.1 on",
              "1.23.1, or that agent"));

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.METRICS);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<String> version = node.metrics().cniVersion();
    if (version.isEmpty()) {
      return List.of(SPEC.notChecked("reported by VPC CNI 1.10.0 and later"));
    }
    // EKS appends its own build number, as in v1.19.4-eksbuild.1.
    String release = version.get().split("-", 2)[0];
    return List.of(
        KNOWN.stream()
            .filter(known -> known.release().equals(release))
            .findFirst()
            .map(known -> finding(known, version.get()))
            .orElseGet(() -> SPEC.ok("No fault is known of the release", version.get())));
  }

  private static Finding finding(Known known, String version) {
    String title = "VPC CNI %s has a known bug".formatted(known.release());
    String cause = "Known of this release: " + known.what() + "; fixed in " + known.fixedIn();
    return known.level() == Level.WARN
        ? SPEC.warn(title, version, cause)
        : SPEC.note(title, version, cause);
  }
}
