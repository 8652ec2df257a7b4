package io.cnimetrics.cli;

import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.snapshot.NodeIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sets of dimensions of this node, with their values. */
final class DimensionValues {
  private DimensionValues() {}

  /**
   * Fills in the values.
   *
   * @throws ConfigException if the region or a value is unknown
   */
  static List<Map<String, String>> of(List<List<Dimension>> sets, NodeIdentity node) {
    List<String> problems = new ArrayList<>();
    if (node.region().isEmpty()) {
      problems.add(Identification.UNKNOWN_REGION);
    }
    List<Map<String, String>> filled = new ArrayList<>();
    for (List<Dimension> set : sets) {
      Map<String, String> values = new LinkedHashMap<>();
      for (Dimension dimension : set) {
        value(dimension, node)
            .ifPresentOrElse(
                value -> values.put(dimension.name(), value),
                () -> problems.add(unknown(dimension)));
      }
      filled.add(values);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems.stream().distinct().toList());
    }
    return filled;
  }

  private static Optional<String> value(Dimension dimension, NodeIdentity node) {
    return switch (dimension) {
      case CLUSTER_ID -> node.clusterId();
      case NODE -> Optional.of(node.nodeName());
      case INSTANCE_ID -> node.instance().id();
      case INSTANCE_TYPE -> node.instance().type();
      case AVAILABILITY_ZONE -> node.instance().availabilityZone();
    };
  }

  private static String unknown(Dimension dimension) {
    return dimension == Dimension.CLUSTER_ID
        ? Identification.UNKNOWN_CLUSTER
        : "the dimension %s is unknown here: leave it out of --dimensions".formatted(dimension);
  }
}
