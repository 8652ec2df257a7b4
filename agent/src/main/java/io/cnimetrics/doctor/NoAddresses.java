package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import java.util.List;
import java.util.Set;

/** Whether ipamD has any address to give, ever. */
final class NoAddresses implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "no-addresses",
              "the total of `/v1/enis`",
              "fail: ENIs without any address, or no ENI at several polls; warn: no ENI at a"
                  + " single poll",
              "See ec2-denied and ec2-no-addresses; with custom networking: kubectl get eniconfigs,"
                  + " and one for this node's zone; then restart ipamD: "
                  + AwsNode.RESTART)
          .see(Pages.TROUBLESHOOTING);

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
    String evidence = EvidenceText.of(pool);
    if (pool.totalIpv4() > 0) {
      return List.of(SPEC.ok("There are addresses for pods", evidence));
    }
    boolean justStarted = pool.eniCount() == 0 && !node.lasts(NoAddresses::isEmpty);
    return List.of(
        justStarted
            ? SPEC.warn("ipamD has no interface yet", evidence, "It has just started")
                .remedied("Poll again: doctor --watch 2")
            : SPEC.fail(
                "No address for pods at all",
                evidence,
                "EC2 gives none: the role lacks rights, the subnet is empty, or custom networking"
                    + " finds no ENIConfig"));
  }

  private static boolean isEmpty(Poll poll) {
    return poll.snapshot().pool().filter(pool -> pool.eniCount() == 0).isPresent();
  }
}
