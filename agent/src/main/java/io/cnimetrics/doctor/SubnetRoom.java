package io.cnimetrics.doctor;

import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.snapshot.Subnet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the node's subnets have addresses left. */
final class SubnetRoom implements Check {
  /** A prefix, or about what one more ENI takes. */
  private static final long LOW = 16;

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "subnet",
              "`DescribeSubnets` of the node's ENIs, with `--subnets`",
              "fail: no free address, and none in the warm pool either; warn: fewer than 16 free",
              "Add a CIDR to the VPC and give pods subnets in it (custom networking, or"
                  + " ENABLE_SUBNET_DISCOVERY with the tag kubernetes.io/role/cni=1); lower the"
                  + " warm targets meanwhile")
          .see(Pages.ADDRESS_USE);

  private final Optional<Probes.Subnets> subnets;

  SubnetRoom(Optional<Probes.Subnets> subnets) {
    this.subnets = subnets;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.IPV4);
  }

  /** The classes of EC2's client are loaded first. */
  @Override
  public Duration limit() {
    return Duration.ofSeconds(6);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<String> region =
        node.identity().instance().region().or(() -> node.identity().region());
    if (subnets.isEmpty()) {
      return List.of(SPEC.notChecked("--subnets is not given"));
    } else if (region.isEmpty()) {
      return List.of(SPEC.notChecked("the region is unknown"));
    }
    List<Subnet> found = subnets.get().read(node.pool(), region.get());
    if (found.isEmpty()) {
      return List.of(SPEC.notChecked("no subnet of the node's ENIs is known"));
    }
    String now =
        node.maximum()
            .flatMap(maximum -> maximum.reachableNow(node.pool(), found))
            .map(EffectiveMaximum::explanation)
            .map(explanation -> "; reachable now: " + explanation)
            .orElse("");
    List<Finding> findings = new ArrayList<>();
    found.forEach(subnet -> findings.add(finding(subnet, node, now)));
    return findings;
  }

  private static Finding finding(Subnet subnet, NodeEvidence node, String now) {
    String evidence =
        "%s: %d of %d free%s"
            .formatted(subnet.id(), subnet.free(), subnet.free() + subnet.used(), now);
    if (subnet.free() == 0 && node.available() == 0) {
      return SPEC.fail(
          "The subnet is empty, and so is the warm pool",
          evidence,
          "New pods on this node get no address until others give theirs back");
    } else if (subnet.free() < LOW) {
      return SPEC.warn(
          subnet.free() == 0 ? "The subnet is empty" : "The subnet is nearly empty",
          evidence,
          "When the warm pool is used up, new pods on this node get no address");
    }
    return SPEC.ok("The subnet has room", evidence);
  }
}
