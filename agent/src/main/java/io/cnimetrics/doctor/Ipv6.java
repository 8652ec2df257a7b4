package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.List;
import java.util.Set;

/** What does not apply to a node whose pods live on IPv6. */
final class Ipv6 implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "ipv6",
              "IPv6 prefixes in `/v1/enis`",
              "note: pods live on IPv6; totals, availability and utilisation are left out",
              "Nothing: a /80 never runs out")
          .see(Pages.IPV6);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    return List.of(
        node.mode() == AddressMode.IPV6
            ? SPEC.note(
                "Pods live on IPv6",
                "%d addresses held".formatted(node.pool().assigned()),
                "Checks and metrics of IPv4 addresses are skipped")
            : SPEC.ok("Pods live on IPv4", "%d addresses held".formatted(node.pool().assigned())));
  }
}
