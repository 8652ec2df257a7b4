package io.cnimetrics.catalog;

import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.snapshot.Series;
import java.util.List;
import java.util.Set;

/**
 * The result of one poll.
 *
 * @param samples in the catalogue's order; a metric without a value is absent
 * @param rose the ipamD counters that rose since the previous poll, sampled or not
 * @param capacity the address capacity of the node
 * @param history what to remember for the next poll
 */
public record PollSamples(
    List<Sample> samples, Set<Series> rose, NodeCapacity capacity, SamplerState history) {
  public PollSamples {
    samples = List.copyOf(samples);
    rose = Set.copyOf(rose);
  }
}
