package io.cnimetrics.cli;

import io.cnimetrics.agent.Dimensions;
import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.snapshot.NodeIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The dimension sets of this node with their values. */
final class DimensionValues {
  private DimensionValues() {}

  /**
   * Fills in the values. If region or cluster name is unknown, a problem of the poll gives the
   * reason.
   *
   * @throws ConfigException if the region or a value is unknown
   */
  static List<Map<String, String>> of(List<List<Dimension>> sets, NodeIdentity node) {
    List<String> problems = new ArrayList<>();
    if (node.region().isEmpty()) {
      problems.add("put-metric-data needs a known region: set --region");
    }
    Map<String, String> known = Dimensions.known(node);
    List<Map<String, String>> filled = new ArrayList<>();
    for (List<Dimension> set : sets) {
      Map<String, String> values = new LinkedHashMap<>();
      for (Dimension dimension : set) {
        if (known.containsKey(dimension.name())) {
          values.put(dimension.name(), known.getOrDefault(dimension.name(), ""));
        } else {
          problems.add(unknown(dimension));
        }
      }
      filled.add(values);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems.stream().distinct().toList());
    }
    return filled;
  }

  private static String unknown(Dimension dimension) {
    return dimension == Dimension.CLUSTER_ID
        ? "put-metric-data needs the cluster name: set --cluster-id"
        : Dimensions.unknown(List.of(dimension.name()));
  }
}
