package io.cnimetrics.doctor;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler.PollSamples;
import io.cnimetrics.snapshot.NodeSnapshot;

/** One poll of the node, and the samples of this poll. */
public record Poll(NodeSnapshot snapshot, PollSamples reading) {
  /** Whether no address is available although the pool can grow. */
  boolean isEmptyWithRoom() {
    return reading.capacity().warmPoolEmpty().orElse(false);
  }

  /** Whether no address is available, because addresses of the other mode take all slots. */
  boolean isEmptyForLackOfSlots() {
    return reading.capacity().isEmptyForLackOfSlots();
  }

  boolean allFreeAddressesCool() {
    return reading.capacity().allFreeAddressesCool();
  }

  /** Whether no address is available, and none is cooling. */
  boolean hasNoFreeAddress() {
    return reading.capacity().available() == 0 && !allFreeAddressesCool();
  }

  /** Whether ipamD is changing its pool. */
  boolean isPoolChanging() {
    return MetricCatalog.isPoolChanging(snapshot);
  }

  /** The increase of a counter since the poll before. */
  double rose(Metric counter) {
    return reading.rose().getOrDefault(counter.onlySeries(), 0.0);
  }
}
