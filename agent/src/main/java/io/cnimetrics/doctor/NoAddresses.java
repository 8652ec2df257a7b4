package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import java.util.List;
import java.util.Set;

/** Whether ipamD has any address to give, ever. */
final class NoAddresses implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "no-addresses",
              "the total of `/v1/enis`",
              "fail: ENIs without any address, or no ENI at several polls; warn: no ENI at a"
                  + " single poll",
              "See ec2-denied and ec2-no-addresses; with custom networking: kubectl get eniconfigs,"
                  + " and one for this node's zone; then restart ipamD: "
                  + AwsNode.RESTART)
          .see(Pages.TROUBLESHOOTING);

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
    String evidence = Seen.of(pool);
    if (pool.totalIpv4() > 0) {
      return List.of(TOPIC.ok("There are addresses for pods", evidence));
    }
    boolean justStarted = pool.eniCount() == 0 && !seen.lasts(NoAddresses::isEmpty);
    return List.of(
        justStarted
            ? TOPIC
                .warn("ipamD has no interface yet", evidence, "It has just started")
                .remedied("Look again: doctor --watch 2")
            : TOPIC.fail(
                "No address for pods at all",
                evidence,
                "EC2 gives none: the role lacks rights, the subnet is empty, or custom networking"
                    + " finds no ENIConfig"));
  }

  private static boolean isEmpty(Look look) {
    return look.snapshot().pool().filter(pool -> pool.eniCount() == 0).isPresent();
  }
}
