package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.NodeSnapshot.IpamdSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Whether the default warm target keeps many addresses that no pod needs. */
final class IdleAddresses implements Check {
  private static final int ROUND = 5;
  private static final int LEAST_WARM = 2;
  private static final int PODS_PER_WARM = 10;

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "idle-addresses",
              "free addresses while `WARM_IP_TARGET` is not set",
              "note: an ENI's worth or more would be saved by targets that fit the node",
              "If the subnet is short of addresses, set WARM_IP_TARGET and MINIMUM_IP_TARGET")
          .see(Pages.ADDRESS_USE);

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
    Optional<IpamdSettings> settings = node.snapshot().settings();
    AddressPool pool = node.pool();
    String evidence = "%d of %d addresses are free".formatted(node.available(), pool.totalIpv4());
    if (node.mode() != AddressMode.SECONDARY_IP) {
      return List.of(SPEC.ok("Prefixes cost the subnet little", evidence));
    } else if (settings.isEmpty() || settings.get().warmIpTarget().isEmpty()) {
      return List.of(SPEC.notChecked("ipamD does not report its warm targets"));
    } else if (settings.get().warmIpTarget().getAsLong() > 0) {
      return List.of(SPEC.ok("WARM_IP_TARGET is set", evidence));
    }
    return List.of(judged(pool, evidence));
  }

  private static Finding judged(AddressPool pool, String evidence) {
    long least = Math.max(ROUND, (pool.assigned() + ROUND - 1) / ROUND * ROUND);
    long warm = Math.max(LEAST_WARM, least / PODS_PER_WARM);
    long saved = pool.totalIpv4() - Math.max(pool.assigned() + warm, least);
    long perEni = pool.enis().stream().mapToLong(Eni::totalIpv4).max().orElse(0);
    return saved > 0 && saved >= perEni
        ? SPEC.note(
                "Many addresses are idle",
                "%s; %d could be left to others".formatted(evidence, saved),
                "The default WARM_ENI_TARGET keeps a whole ENI's addresses spare")
            .remedied(
                ("If the subnet is short of them: kubectl -n kube-system set env ds aws-node"
                        + " WARM_IP_TARGET=%d MINIMUM_IP_TARGET=%d; it costs more calls of EC2")
                    .formatted(warm, least))
        : SPEC.ok("Few addresses are idle", evidence);
  }
}
