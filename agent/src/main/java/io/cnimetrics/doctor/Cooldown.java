package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import java.util.List;
import java.util.Set;

/** Whether pods wait for addresses that others have just given back. */
final class Cooldown implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "cooldown",
              "addresses given back less than `--ip-cooldown` ago",
              "warn: none is available while some are cooling",
              "Keep more warm: kubectl -n kube-system set env ds aws-node WARM_IP_TARGET=<the"
                  + " pods that end within 30 s>; or shorten IP_COOLDOWN_PERIOD, not below 10 s")
          .see(Pages.VPC_CNI);

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
    AddressPool pool = node.pool();
    if (!pool.coolingKnown()) {
      return List.of(SPEC.notChecked("reported by VPC CNI 1.5.0 and later"));
    }
    String evidence =
        "%d cooling, %d available, of %d addresses"
            .formatted(pool.cooling(), node.available(), pool.totalIpv4());
    return List.of(
        isStarved(node.mode(), pool)
            ? SPEC.warn(
                "Pods wait for addresses to cool down",
                evidence,
                "Pods come and go faster than the pool has spare addresses: each one given back"
                    + " rests for 30 s")
            : SPEC.ok("Cooldown keeps no pod waiting", evidence));
  }

  private static boolean isStarved(AddressMode mode, AddressPool pool) {
    return pool.cooling() > 0 && pool.available(mode) == 0;
  }
}
