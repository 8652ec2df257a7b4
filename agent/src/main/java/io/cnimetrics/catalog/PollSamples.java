package io.cnimetrics.catalog;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/**
 * What one poll comes to.
 *
 * @param samples in the catalogue's order; a metric that is not known has none
 * @param rose ipamD's counters that rose since the poll before, sampled or not
 * @param capacity what the node can reach
 * @param history what to remember for the next poll
 */
public record PollSamples(
    List<Sample> samples, Set<Series> rose, NodeCapacity capacity, SamplerState history) {
  public PollSamples {
    samples = List.copyOf(samples);
    rose = Set.copyOf(rose);
  }
}
