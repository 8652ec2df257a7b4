package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.IPV4;
import static io.cnimetrics.doctor.Requirement.POOL;

import io.cnimetrics.capacity.ReachableNow;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The check of the free addresses of the node's subnets. */
final class SubnetAddresses {
  private SubnetAddresses() {}

  /** A new prefix or a new ENI needs about this number of addresses. */
  private static final long FEW_ADDRESSES = 16;

  /** This limit includes the time to load the EC2 client. */
  private static final Duration SUBNET_LIMIT = Duration.ofSeconds(6);

  private static final int LOW_TARGET = 2;

  static final String LOW_TARGETS = "WARM_IP_TARGET=" + LOW_TARGET;

  private static final CheckSpec SUBNET =
      CheckSpec.of(
              CheckId.SUBNET,
              "with `--subnets`, the free addresses of the node's subnets, by `DescribeSubnets`",
              "fail if no subnet has a free address and the node has no available address; warn if"
                  + " a subnet has fewer than 16 free addresses; only note if the node's other"
                  + " subnets have 16 or more",
              EniCommands.freeingAddresses(false))
          .run(EniCommands.freeAddresses(Optional.of(LOW_TARGETS)))
          .needs(POOL, IPV4)
          .see(Pages.ADDRESS_USE);

  static Check check(Optional<Probes.Subnets> subnets) {
    return SUBNET.checkAll(node -> subnets(node, subnets)).withIo(SUBNET_LIMIT);
  }

  /** Advises lower warm targets, unless the node's targets are already low. */
  static Finding freeing(NodeEvidence node, Finding finding) {
    long target = node.warmIpTarget().orElse(0);
    boolean low = target > 0 && target <= LOW_TARGET;
    return finding.remedied(
        EniCommands.freeingAddresses(low),
        EniCommands.freeAddresses(low ? Optional.empty() : Optional.of(LOW_TARGETS)));
  }

  private static List<Finding> subnets(NodeEvidence node, Optional<Probes.Subnets> subnets) {
    Optional<String> region = node.identity().instanceRegion();
    if (subnets.isEmpty()) {
      return List.of(SUBNET.notRequested("--subnets is not set"));
    } else if (region.isEmpty()) {
      return List.of(SUBNET.notChecked("the region is unknown"));
    }
    List<Subnet> found = subnets.get().read(node.poolOfPods(), region.get());
    if (found.isEmpty()) {
      return List.of(SUBNET.notChecked("the subnets of the ENIs for pods are unknown"));
    }
    String reachable =
        ReachableNow.of(node.snapshot(), node.capacity(), found)
            .map(ReachableNow::explanation)
            .map("; reachable now: "::concat)
            .orElse("");
    return found.stream().map(subnet -> subnet(node, subnet, found, reachable)).toList();
  }

  private static Finding subnet(
      NodeEvidence node, Subnet subnet, List<Subnet> all, String reachable) {
    String evidence =
        "%s: %d of %d addresses are free%s"
            .formatted(subnet.id(), subnet.free(), subnet.free() + subnet.used(), reachable);
    long elsewhere = all.stream().mapToLong(Subnet::free).sum() - subnet.free();
    String title = subnet.free() == 0 ? "The subnet is empty" : "The subnet is nearly empty";
    if (subnet.free() >= FEW_ADDRESSES) {
      return SUBNET.ok("The subnet has free addresses", evidence);
    } else if (elsewhere >= FEW_ADDRESSES) {
      return SUBNET.note(
          title, evidence, "Pods of this node can still get addresses of its other subnets");
    } else if (subnet.free() + elsewhere + node.available() == 0) {
      return freeing(
          node,
          SUBNET.fail(
              "The subnet and the warm pool are empty",
              evidence,
              "New pods on this node get no address until other pods release addresses"));
    }
    return freeing(
        node,
        SUBNET.warn(
            title,
            evidence,
            "After the warm pool is used up, new pods on this node get no address"));
  }
}
