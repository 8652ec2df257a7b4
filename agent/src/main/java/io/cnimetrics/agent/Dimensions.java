package io.cnimetrics.agent;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The dimensions of this node. */
public final class Dimensions {
  private static final List<Dimension> OF_CLUSTER = List.of(Dimension.CLUSTER_ID);

  private Dimensions() {}

  /** The namespace and dimensions from the settings. Unknown dimensions have empty values. */
  static Destination cloudWatch(AgentConfig config) {
    List<List<Dimension>> sets = config.cloudwatch() ? config.dimensions() : List.of(OF_CLUSTER);
    return new Destination(
        config.namespace(), sets.stream().map(set -> given(set, config)).toList());
  }

  /**
   * The destination of OTLP. The cluster is the only dimension, because the sink adds all other
   * labels.
   */
  static Destination otlp(AgentConfig config) {
    return new Destination(Receiver.OTLP, "", List.of(given(OF_CLUSTER, config)));
  }

  private static Map<String, String> given(List<Dimension> set, AgentConfig config) {
    NodeIdentity configured =
        new NodeIdentity(config.nodeName(), config.clusterId(), config.region(), Instance.UNKNOWN);
    Map<String, String> values = new LinkedHashMap<>();
    for (Dimension dimension : set) {
      values.put(dimension.name(), value(dimension, configured).orElse(Destination.UNKNOWN));
    }
    return values;
  }

  /** The dimensions of a sample about a subnet: the cluster and the subnet. */
  static Map<String, String> ofSubnet(AgentConfig config, Sample sample) {
    Map<String, String> values = given(OF_CLUSTER, config);
    sample.subnetId().ifPresent(id -> values.put(MetricCatalog.SUBNET_DIMENSION, id));
    return values;
  }

  /** The names and values of all dimensions that are known for this node. */
  public static Map<String, String> known(NodeIdentity node) {
    Map<String, String> values = new LinkedHashMap<>();
    for (Dimension dimension : Dimension.values()) {
      value(dimension, node).ifPresent(value -> values.put(dimension.name(), value));
    }
    return values;
  }

  /** The message about dimensions whose values are unknown on this node. */
  public static String unknown(Collection<String> names) {
    return "the value of %s is unknown on this node; remove the dimension from --dimensions"
        .formatted(String.join(", ", names));
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
}
