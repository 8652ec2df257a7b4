package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** Whether the host knows the way to each pod. */
final class PodRoutes implements Check {
  private static final int MOST_NAMED = 5;

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "pod-routes",
              "addresses that pods hold, against `/proc/net/route`",
              "fail: a held address has no route while others have; not checked where none has:"
                  + " then this is not the node's network",
              "Restart the pod; look for what deletes routes (NetworkManager, another CNI); if many"
                  + " lack one: "
                  + AwsNode.RESTART)
          .see(Pages.TROUBLESHOOTING);

  private final Probes.HeldAddresses heldAddresses;
  private final Probes.HostRoutes hostRoutes;

  PodRoutes(Probes.HeldAddresses heldAddresses, Probes.HostRoutes hostRoutes) {
    this.heldAddresses = heldAddresses;
    this.hostRoutes = hostRoutes;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.IPV4);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    if (node.pool().assigned() == 0) {
      return List.of(SPEC.ok("No pod needs a route", "0 addresses held"));
    }
    List<String> held = heldAddresses.read();
    List<String> routes = hostRoutes.read();
    if (held.stream().noneMatch(routes::contains)) {
      return List.of(
          SPEC.notChecked(
              "no host route for any of %d held addresses: is this the node's network?"
                  .formatted(held.size())));
    }
    List<String> missing = missing(held, routes);
    if (!missing.isEmpty()) {
      // An address is held a moment before its route is there: look once more.
      List<String> stillHeld = heldAddresses.read();
      missing = missing(missing.stream().filter(stillHeld::contains).toList(), hostRoutes.read());
    }
    return List.of(
        missing.isEmpty()
            ? SPEC.ok("Each pod has a route", "%d held addresses".formatted(held.size()))
            : SPEC.fail(
                "No route for a pod",
                "%d of %d held addresses: %s"
                    .formatted(missing.size(), held.size(), named(missing)),
                "The route was deleted behind ipamD's back, or the pod's setup was cut short"));
  }

  private static List<String> missing(List<String> held, List<String> routes) {
    return held.stream().filter(address -> !routes.contains(address)).toList();
  }

  private static String named(List<String> addresses) {
    String first = String.join(", ", addresses.stream().limit(MOST_NAMED).toList());
    return addresses.size() > MOST_NAMED ? first + ", …" : first;
  }
}
