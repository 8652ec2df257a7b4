package io.cnimetrics.doctor;

import java.util.List;
import java.util.Set;

/** How much of what the node can reach pods hold. */
final class NodeFull implements Check {
  private static final int NEARLY_FULL_PERCENT = 90;

  private static final CheckSpec SPEC =
      CheckSpec.of(
              "node-full",
              "addresses that pods hold, against the effective maximum",
              "warn: all are held; note: 90 % or more",
              "If pods are pending: add nodes, use a larger instance type, or prefixes: kubectl -n"
                  + " kube-system set env ds aws-node ENABLE_PREFIX_DELEGATION=true")
          .see(Pages.PREFIXES);

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
    long held = node.pool().assigned();
    long most = node.maximum().orElseThrow().addresses();
    String evidence = "pods hold %d of %d".formatted(held, most);
    if (held >= most) {
      return List.of(
          SPEC.warn(
              "The node is full",
              evidence + ": " + node.maximum().orElseThrow().explanation(),
              "As many pods as the node has addresses for: on packed nodes that is meant to be"));
    }
    return List.of(
        100 * held >= NEARLY_FULL_PERCENT * most
            ? SPEC.note("The node is nearly full", evidence, "Pods fill the node")
            : SPEC.ok("There is room for pods", evidence));
  }
}
