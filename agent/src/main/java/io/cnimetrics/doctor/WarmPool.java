package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** Whether a pod would get an address now, where there is room for more. */
final class WarmPool implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "warm-pool",
              "addresses available, against the effective maximum",
              "warn: none is available though the pool may grow; fail: so at every one of several"
                  + " polls",
              "Watch whether it fills: doctor --watch 3; if not, see ec2-no-addresses, ec2-denied"
                  + " and ec2-throttled, and ipamD's log")
          .see(Pages.VPC_CNI);

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL, Requirement.IPV4, Requirement.MAXIMUM);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    String evidence =
        "%d of %d addresses available, %d can be reached"
            .formatted(
                node.available(),
                node.pool().totalIpv4(),
                node.maximum().orElseThrow().addresses());
    if (!isEmptyWithRoom(node.last())) {
      String title = node.available() > 0 ? "A pod would get an address now" : "No room to grow";
      return List.of(SPEC.ok(title, evidence));
    }
    boolean lasts = node.lasts(WarmPool::isEmptyWithRoom);
    String cause =
        lasts
            ? "EC2 gives ipamD no more addresses, or ipamD does not ask"
            : "More pods came than the warm targets foresee, or EC2 gives no more addresses";
    return List.of(
        lasts
            ? SPEC.fail("The warm pool stays empty though it may grow", evidence, cause)
            : SPEC.warn("The warm pool is empty though it may grow", evidence, cause));
  }

  /** Whether no address is available although the pool can grow. */
  static boolean isEmptyWithRoom(Poll poll) {
    return poll.snapshot().pool().flatMap(poll.reading().capacity()::warmPoolEmpty).orElse(false);
  }
}
