package io.cnimetrics.catalog;

import io.cnimetrics.capacity.NodeCapacity;
import java.util.List;

/**
 * What one poll comes to.
 *
 * @param samples in the catalogue's order; a metric that is not known has none
 * @param capacity what the node can reach
 * @param history what to remember for the next poll
 */
public record Reading(List<Sample> samples, NodeCapacity capacity, History history) {
  public Reading {
    samples = List.copyOf(samples);
  }
}
