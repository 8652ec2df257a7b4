package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** How much of what the node can reach pods hold. */
final class NodeFull implements Check {
  private static final int NEARLY_FULL_PERCENT = 90;

  private static final Topic TOPIC =
      Topic.of(
              "node-full",
              "addresses that pods hold, against the effective maximum",
              "warn: all are held; note: 90 % or more",
              "If pods are pending: add nodes, use a larger instance type, or prefixes: kubectl -n"
                  + " kube-system set env ds aws-node ENABLE_PREFIX_DELEGATION=true")
          .see(Pages.PREFIXES);

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public Set<Need> needs() {
    return Set.of(Need.POOL, Need.IPV4, Need.MAXIMUM);
  }

  @Override
  public List<Finding> look(Examination seen) {
    long held = seen.pool().assigned();
    long most = seen.maximum().orElseThrow().addresses();
    String evidence = "pods hold %d of %d".formatted(held, most);
    if (held >= most) {
      return List.of(
          TOPIC.warn(
              "The node is full",
              evidence + ": " + seen.maximum().orElseThrow().explanation(),
              "As many pods as the node has addresses for: on packed nodes that is meant to be"));
    }
    return List.of(
        100 * held >= NEARLY_FULL_PERCENT * most
            ? TOPIC.note("The node is nearly full", evidence, "Pods fill the node")
            : TOPIC.ok("There is room for pods", evidence));
  }
}
