package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Checks of the pods' routes, and of the subnets of the node's ENIs. */
final class PodNetwork {
  private PodNetwork() {}

  static List<Check> checks(Probes probes) {
    return List.of(routes(probes.heldAddresses(), probes.hostRoutes()), subnet(probes.subnets()));
  }

  private static final Duration ROUTES_LIMIT = Duration.ofSeconds(2);
  private static final int MAX_NAMED = 5;

  private static final CheckSpec ROUTES =
      CheckSpec.of(
              "pod-routes",
              "addresses that pods hold, and the routes in `/proc/net/route`",
              "fail if some held addresses have a route and others have none; not checked if no"
                  + " held address has a route, because doctor is then not on the host network",
              "Restart the pod. Find the program that deletes routes, such as NetworkManager or"
                  + " another CNI. If many addresses have no route, restart ipamD: "
                  + Commands.RESTART_AWS_NODE)
          .needs(POOL, IPV4)
          .see(Pages.TROUBLESHOOTING);

  static Check routes(Probes.HeldAddresses heldAddresses, Probes.HostRoutes hostRoutes) {
    return ROUTES.check(node -> routes(node, heldAddresses, hostRoutes)).withIo(ROUTES_LIMIT);
  }

  private static Finding routes(
      NodeEvidence node, Probes.HeldAddresses heldAddresses, Probes.HostRoutes hostRoutes) {
    if (node.pool().assigned() == 0) {
      return ROUTES.ok("No pod needs a route", "pods hold 0 addresses");
    }
    List<String> held = heldAddresses.read();
    List<String> routes = hostRoutes.read();
    if (held.stream().noneMatch(routes::contains)) {
      return ROUTES.notChecked(
          "none of %d held addresses has a route; check that doctor runs on the host network"
              .formatted(held.size()));
    }
    List<String> missing = missing(held, routes);
    if (!missing.isEmpty()) {
      // ipamD assigns an address shortly before the route exists. Therefore both are read again.
      List<String> stillHeld = heldAddresses.read();
      missing = missing(missing.stream().filter(stillHeld::contains).toList(), hostRoutes.read());
    }
    return missing.isEmpty()
        ? ROUTES.ok("Each pod has a route", "%d held addresses".formatted(held.size()))
        : ROUTES.fail(
            "A pod has no route",
            "%d of %d held addresses: %s".formatted(missing.size(), held.size(), named(missing)),
            "A program other than ipamD deleted the route, or the pod's setup was interrupted");
  }

  private static List<String> missing(List<String> held, List<String> routes) {
    return held.stream().filter(address -> !routes.contains(address)).toList();
  }

  private static String named(List<String> addresses) {
    String first = String.join(", ", addresses.stream().limit(MAX_NAMED).toList());
    return addresses.size() > MAX_NAMED ? first + ", …" : first;
  }

  /** One more prefix or ENI needs about this number of addresses. */
  private static final long FEW_ADDRESSES = 16;

  /** This limit includes the time to load the EC2 client. */
  private static final Duration SUBNET_LIMIT = Duration.ofSeconds(6);

  private static final CheckSpec SUBNET =
      CheckSpec.of(
              "subnet",
              "with `--subnets`, the answer of `DescribeSubnets` on the node's subnets",
              "fail if the subnet has no free address and the node has no available address;"
                  + " warn if the subnet has fewer than 16 free addresses",
              "Add a CIDR with subnets for pods to the VPC. Pods use these subnets with custom"
                  + " networking, or with ENABLE_SUBNET_DISCOVERY and the tag"
                  + " kubernetes.io/role/cni=1. Until then, lower the warm targets")
          .needs(POOL, IPV4)
          .see(Pages.ADDRESS_USE);

  static Check subnet(Optional<Probes.Subnets> subnets) {
    return SUBNET.checkAll(node -> subnets(node, subnets)).withIo(SUBNET_LIMIT);
  }

  private static List<Finding> subnets(NodeEvidence node, Optional<Probes.Subnets> subnets) {
    Optional<String> region = node.identity().instanceRegion();
    if (subnets.isEmpty()) {
      return List.of(SUBNET.notChecked("--subnets is not set"));
    } else if (region.isEmpty()) {
      return List.of(SUBNET.notChecked("the region is unknown"));
    }
    List<Subnet> found = subnets.get().read(node.pool(), region.get());
    if (found.isEmpty()) {
      return List.of(SUBNET.notChecked("the subnets of the node's ENIs are unknown"));
    }
    String reachable =
        node.maximum()
            .flatMap(maximum -> maximum.reachableNow(node.pool(), found))
            .map(EffectiveMaximum::explanation)
            .map("; reachable now: "::concat)
            .orElse("");
    return found.stream().map(subnet -> subnet(node, subnet, reachable)).toList();
  }

  private static Finding subnet(NodeEvidence node, Subnet subnet, String reachable) {
    String evidence =
        "%s: %d of %d free%s"
            .formatted(subnet.id(), subnet.free(), subnet.free() + subnet.used(), reachable);
    if (subnet.free() == 0 && node.available() == 0) {
      return SUBNET.fail(
          "The subnet and the warm pool are empty",
          evidence,
          "New pods on this node get no address until other pods release addresses");
    } else if (subnet.free() < FEW_ADDRESSES) {
      return SUBNET.warn(
          subnet.free() == 0 ? "The subnet is empty" : "The subnet is nearly empty",
          evidence,
          "After the warm pool is used up, new pods on this node get no address");
    }
    return SUBNET.ok("The subnet has free addresses", evidence);
  }
}
