package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.AddressPool;
import java.util.List;
import java.util.Set;

/** Whether pods wait for addresses that others have just given back. */
final class Cooldown implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "cooldown",
              "addresses given back less than `--ip-cooldown` ago",
              "warn: none is available while some are cooling",
              "Keep more warm: kubectl -n kube-system set env ds aws-node WARM_IP_TARGET=<the"
                  + " pods that end within 30 s>; or shorten IP_COOLDOWN_PERIOD, not below 10 s")
          .see(Pages.VPC_CNI);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.POOL, Need.IPV4);
  }

  @Override
  public List<Finding> look(Examination seen) {
    AddressPool pool = seen.pool();
    if (!pool.coolingKnown()) {
      return List.of(TOPIC.notChecked("told by VPC CNI 1.5.0 and later"));
    }
    String evidence =
        "%d cooling, %d available, of %d addresses"
            .formatted(pool.cooling(), seen.available(), pool.totalIpv4());
    return List.of(
        isStarved(seen.mode(), pool)
            ? TOPIC.warn(
                "Pods wait for addresses to cool down",
                evidence,
                "Pods come and go faster than the pool has spare addresses: each one given back"
                    + " rests for 30 s")
            : TOPIC.ok("Cooldown keeps no pod waiting", evidence));
  }

  private static boolean isStarved(AddressMode mode, AddressPool pool) {
    return pool.cooling() > 0 && pool.available(mode) == 0;
  }
}
