package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Eni;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Whether ipamD manages the interfaces that the instance has. */
final class InstanceEnis implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "instance-enis",
              "the ENIs of instance metadata, against those of `/v1/enis`",
              "warn: ipamD lists an ENI that the instance does not have; note: the instance has"
                  + " one that ipamD does not list",
              "Compare with EC2: aws ec2 describe-network-interfaces --filters"
                  + " Name=attachment.instance-id,Values=<instance>")
          .see(Pages.VPC_CNI);

  private final Probes.AttachedEnis attachedEnis;

  InstanceEnis(Probes.AttachedEnis attachedEnis) {
    this.attachedEnis = attachedEnis;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public Set<Requirement> requirements() {
    return Set.of(Requirement.POOL);
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    if (node.identity().instance().id().isEmpty()) {
      return List.of(SPEC.notChecked("instance metadata could not be read"));
    }
    List<String> listed = node.pool().enis().stream().map(Eni::id).toList();
    List<String> attached = attachedEnis.read();
    if (attached.isEmpty()) {
      return List.of(SPEC.notChecked("instance metadata do not list the interfaces"));
    }
    List<Finding> findings = new ArrayList<>();
    List<String> lost = without(listed, attached);
    if (!lost.isEmpty()) {
      findings.add(
          SPEC.warn(
              "ipamD lists an ENI that is not attached",
              String.join(", ", lost),
              "It was detached outside of ipamD: its pods have no network until ipamD sees it,"
                  + " within a minute"));
    }
    List<String> unmanaged = without(attached, listed);
    if (!unmanaged.isEmpty()) {
      findings.add(
          SPEC.note(
              "ipamD does not manage every ENI",
              String.join(", ", unmanaged),
              "An ENI tagged node.k8s.amazonaws.com/no_manage, for EFA only, or attached by hand:"
                  + " each takes a slot that pods could use"));
    }
    return findings.isEmpty()
        ? List.of(SPEC.ok("ipamD manages all ENIs", "%d attached".formatted(attached.size())))
        : findings;
  }

  private static List<String> without(List<String> ids, List<String> others) {
    return ids.stream().filter(id -> !others.contains(id)).toList();
  }
}
