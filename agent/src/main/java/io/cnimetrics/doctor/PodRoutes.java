package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.snapshot.AddressMode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The check that the host has a route to each pod, and no route to other addresses. */
final class PodRoutes {
  private PodRoutes() {}

  /** This limit includes the pause before the second read of the routes. */
  private static final Duration ROUTES_LIMIT = Duration.ofSeconds(9);

  private static final int MAX_NAMED = 5;

  /** The usual name of a pod's interface on the host; AWS_VPC_K8S_CNI_VETHPREFIX changes it. */
  private static final String POD_DEVICE = "eni";

  private static final CheckSpec ROUTES =
      CheckSpec.of(
              CheckId.POD_ROUTES,
              "addresses that pods hold, and the host's routes to pods and interfaces of pods"
                  + " (`/proc/net/route`, `/proc/net/ipv6_route`, `/proc/net/dev`)",
              "fail if an address of a pod has no route, or if a route leads to an address that"
                  + " ipamD gave to no pod. If the pod's interface is gone too, the finding is"
                  + " leaked-addresses. Not checked if there is no route to a pod and no interface"
                  + " of a pod, because doctor is then not on the host network",
              "Delete the pods with these addresses, so that they start again. Then find the"
                  + " program that deletes routes or addresses, such as NetworkManager or another"
                  + " CNI")
          .needs(POOL)
          .see(Pages.TROUBLESHOOTING);

  static Check check(Probes.Pool firstPool, Probes.Pool pool, Probes.HostRoutes hostRoutes) {
    return ROUTES.check(node -> routes(node, firstPool, pool, hostRoutes)).withIo(ROUTES_LIMIT);
  }

  private static Finding routes(
      NodeEvidence node, Probes.Pool firstPool, Probes.Pool pool, Probes.HostRoutes hostRoutes) {
    Routes first = Routes.of(firstPool.read().held(), hostRoutes);
    if (first.ofPods().isEmpty() && first.idle().isEmpty()) {
      return first.held().isEmpty()
          ? ROUTES.ok("No pod needs a route", "pods hold 0 addresses")
          : ROUTES.notChecked(
              "none of %d held addresses has a route; check that doctor runs on the host network"
                  .formatted(first.held().size()));
    }
    if (first.without().isEmpty() && first.orphaned().isEmpty()) {
      return ROUTES.ok("Each pod has a route", "%d held addresses".formatted(first.held().size()));
    }
    // While a pod starts or ends, ipamD's list and the host's routes can differ for some seconds.
    // Therefore a second read, seconds later, has to confirm the difference.
    Routes again = Routes.of(pool.later().held(), hostRoutes);
    List<String> orphaned = both(first.orphaned(), again.orphaned());
    // On a multi-NIC node the host has a route to only one of the addresses of a pod.
    List<String> without =
        node.pool().multiNic() ? List.of() : both(first.without(), again.without());
    if (!orphaned.isEmpty()) {
      return orphaned(orphaned, firstPool.read().all().containsAll(orphaned));
    } else if (without.isEmpty()) {
      return ROUTES.ok("Each pod has a route", "%d held addresses".formatted(again.held().size()));
    }
    String evidence =
        "%d of %d held addresses: %s"
            .formatted(without.size(), again.held().size(), named(without));
    boolean full = node.mode() != AddressMode.IPV6 && node.available() == 0;
    boolean many =
        without.size() >= FEWEST_LEAKED && without.size() * LEAK_RATIO >= again.held().size();
    if (again.podsEnded() || (again.devices().isEmpty() && many && full)) {
      return PoolFaults.LEAKED
          .fail(
              Cause.LEAKED.title(),
              "no route leads to " + evidence,
              "ipamD did not notice that pods ended, and keeps their addresses. The routes to these"
                  + " addresses are gone with the pods")
          .at(!full ? Level.WARN : many ? Level.FAIL : Level.NOTE);
    }
    return ROUTES
        .fail(
            "A pod has no route",
            evidence,
            "A program other than ipamD deleted the route, the pod's setup was interrupted"
                + (again.devices().isEmpty()
                    ? ", or the pod has ended and ipamD keeps its address"
                    : ""))
        .remedied(IF_LISTED, podsWith(without), AwsNodeCommands.RESTART, PodCommands.DELETE_POD);
  }

  private static final String IF_LISTED =
      "If get pods lists no pod with these addresses, restart aws-node. Otherwise delete the listed"
          + " pods, so that they start again, and find the program that deletes routes, such as"
          + " NetworkManager or another CNI";

  /** Doctor reports a leak only if at least 1/LEAK_RATIO of the held addresses have no route. */
  private static final int LEAK_RATIO = 10;

  private static final int FEWEST_LEAKED = 3;

  /**
   * @param inPool whether ipamD lists these addresses as free
   */
  private static Finding orphaned(List<String> addresses, boolean inPool) {
    String evidence =
        "the host has routes to pods with addresses that ipamD does not hold: " + named(addresses);
    Finding finding =
        inPool
            ? ROUTES.fail(
                "ipamD does not know pods that use addresses of its pool",
                evidence,
                "ipamD did not find these pods at its start, or removed their ENI for a while. Now"
                    + " ipamD lists their addresses as free, and can give the addresses to other"
                    + " pods. Two pods then have the same address")
            : ROUTES.fail(
                "Pods have lost their addresses, and have no network",
                evidence,
                "ipamD lost an address, a prefix or an ENI while pods used it. The pods keep their"
                    + " interface, but EC2 no longer sends packets to their addresses");
    return finding.remedied(
        inPool ? "Delete the pods with these addresses, so that they start again" : ROUTES.remedy(),
        podsWith(addresses),
        PodCommands.DELETE_POD);
  }

  /** A command that lists the pods with these addresses. */
  static Command podsWith(List<String> addresses) {
    String pattern =
        addresses.stream()
            .map(address -> address.replace(".", "\\."))
            .collect(Collectors.joining("|"));
    return PodCommands.PODS_OF_NODE.withText(
        PodCommands.PODS_OF_NODE.text() + " | grep -wE " + Command.quoted(pattern));
  }

  private static List<String> both(List<String> before, List<String> after) {
    return before.stream().filter(after::contains).toList();
  }

  /**
   * The addresses that pods hold, and the routes to pods.
   *
   * @param ofPods the addresses with a route to a pod's interface
   * @param devices the interfaces of pods; empty if unknown
   * @param idle the interfaces of pods without a route
   */
  private record Routes(
      List<String> held, List<String> ofPods, List<String> devices, List<String> idle) {
    /** Pods can have interfaces with another name. The routes to held addresses show the name. */
    static Routes of(List<String> held, Probes.HostRoutes host) {
      List<Probes.HostRoute> routes = host.read();
      Set<String> prefixes =
          Stream.concat(
                  Stream.of(POD_DEVICE),
                  routes.stream()
                      .filter(route -> held.contains(route.address()))
                      .map(route -> route.device().replaceFirst("[^a-z].*", ""))
                      .filter(letters -> !letters.isEmpty()))
              .collect(Collectors.toSet());
      Predicate<String> isOfPod = device -> prefixes.stream().anyMatch(device::startsWith);
      List<Probes.HostRoute> toPods =
          routes.stream().filter(route -> isOfPod.test(route.device())).toList();
      List<String> devices = host.devices().stream().filter(isOfPod).toList();
      return new Routes(
          held,
          toPods.stream().map(Probes.HostRoute::address).distinct().toList(),
          devices,
          devices.stream()
              .filter(device -> toPods.stream().noneMatch(it -> it.device().equals(device)))
              .toList());
    }

    /** Whether the interfaces of all pods have a route, so the pods without a route have ended. */
    boolean podsEnded() {
      return !devices.isEmpty() && idle.isEmpty();
    }

    List<String> without() {
      return held.stream().filter(address -> !ofPods.contains(address)).toList();
    }

    List<String> orphaned() {
      return ofPods.stream().filter(address -> !held.contains(address)).toList();
    }
  }

  private static String named(List<String> addresses) {
    String first = String.join(", ", addresses.stream().limit(MAX_NAMED).toList());
    return addresses.size() > MAX_NAMED ? first + ", …" : first;
  }
}
