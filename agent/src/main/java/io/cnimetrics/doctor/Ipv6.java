package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import java.util.List;
import java.util.Set;

/** What does not apply to a node whose pods live on IPv6. */
final class Ipv6 implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "ipv6",
              "IPv6 prefixes in `/v1/enis`",
              "note: pods live on IPv6; totals, availability and utilisation are left out",
              "Nothing: a /80 never runs out")
          .see(Pages.IPV6);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.POOL);
  }

  @Override
  public List<Finding> look(Examination seen) {
    return List.of(
        seen.mode() == AddressMode.IPV6
            ? TOPIC.note(
                "Pods live on IPv6",
                "%d addresses held".formatted(seen.pool().assigned()),
                "Checks and metrics of IPv4 addresses are skipped")
            : TOPIC.ok("Pods live on IPv4", "%d addresses held".formatted(seen.pool().assigned())));
  }
}
