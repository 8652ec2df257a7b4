package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.AddressMode;
import io.cnimetrics.snapshot.Eni;
import java.util.List;
import java.util.Set;

/** Whether there are addresses that ipamD took in its other mode, and no longer gives out. */
final class MixedModes implements Check {
  private static final Topic TOPIC =
      Topic.of(
              "mixed-prefixes",
              "single addresses and prefixes on one node",
              "note: some are free that the node's mode does not give out",
              "Replace the node; when prefixes are switched on or off, roll the node group")
          .see(Pages.PREFIXES);

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
    boolean prefixes = seen.mode() == AddressMode.PREFIX;
    AddressCount other =
        seen.pool().enis().stream()
            .map(prefixes ? Eni::single : Eni::prefixed)
            .reduce(AddressCount.NONE, AddressCount::plus);
    if (other.total() == 0) {
      return List.of(TOPIC.ok("All addresses are of one mode", prefixes ? "prefixes" : "single"));
    }
    String evidence =
        "%d addresses from %s, %d of them free; pods get only %s"
            .formatted(
                other.total(),
                prefixes ? "before prefixes" : "prefixes",
                other.free(),
                prefixes ? "those of prefixes" : "single ones");
    return List.of(
        TOPIC.note(
            "Addresses of two modes are mixed",
            evidence,
            "Prefix delegation was switched on or off while the node ran"));
  }
}
