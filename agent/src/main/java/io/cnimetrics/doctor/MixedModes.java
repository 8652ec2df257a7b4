package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import java.util.List;
import java.util.Set;

/** Whether there are addresses that ipamD took in its other mode, and no longer gives out. */
final class MixedModes implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
              "mixed-prefixes",
              "single addresses and prefixes on one node",
              "note: some are free that the node's mode does not give out",
              "Replace the node; when prefixes are switched on or off, roll the node group")
          .see(Pages.PREFIXES);

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
    boolean prefixes = node.mode() == AddressMode.PREFIX;
    AddressCount other =
        node.pool().enis().stream()
            .map(prefixes ? Eni::single : Eni::prefixed)
            .reduce(AddressCount.NONE, AddressCount::plus);
    if (other.total() == 0) {
      return List.of(SPEC.ok("All addresses are of one mode", prefixes ? "prefixes" : "single"));
    }
    String evidence =
        "%d addresses from %s, %d of them free; pods get only %s"
            .formatted(
                other.total(),
                prefixes ? "before prefixes" : "prefixes",
                other.free(),
                prefixes ? "those of prefixes" : "single ones");
    return List.of(
        SPEC.note(
            "Addresses of two modes are mixed",
            evidence,
            "Prefix delegation was switched on or off while the node ran"));
  }
}
