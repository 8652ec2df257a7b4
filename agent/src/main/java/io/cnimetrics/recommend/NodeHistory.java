package io.cnimetrics.recommend;

import java.util.List;

/**
 * What one node reported.
 *
 * @param group the name of the node group
 * @param moments in the order of time, at least one
 */
public record NodeHistory(String node, String group, List<Moment> moments) {
  public NodeHistory {
    moments = List.copyOf(moments);
  }
}
