package io.cnimetrics.catalog;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.NodeSnapshot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The labels of this node in Prometheus and OTLP. A label whose value is unknown is absent.
 *
 * @param ofEach the labels of each metric. There are few labels, because CloudWatch bills their
 *     bytes with each point
 * @param ofInfo the labels that only the metric {@link #INFO} has
 */
public record NodeLabels(Map<String, String> ofEach, Map<String, String> ofInfo) {
  /** The label with the cluster's name. */
  public static final String CLUSTER = "cluster";

  /** The label of a metric about a subnet. */
  public static final String SUBNET = "subnet_id";

  /** The metric that describes the node. Its value is 1. */
  public static final String INFO = "cni_node_info";

  public static final String INFO_HELP = "The release of ipamD and the subnets of the node.";

  public static NodeLabels of(NodeIdentity node, Optional<NodeSnapshot> polled) {
    Instance instance = node.instance();
    Map<String, String> each = new LinkedHashMap<>();
    put(each, CLUSTER, node.clusterId());
    put(each, "node", Optional.of(node.nodeName()));
    put(each, "instance", instance.id());
    put(each, "instance_type", instance.type());
    put(each, "zone", instance.availabilityZone());
    Map<String, String> info = new LinkedHashMap<>();
    put(
        info,
        "cni_version",
        polled.flatMap(NodeSnapshot::metrics).flatMap(IpamdMetrics::cniVersion));
    put(
        info,
        "subnets",
        polled
            .flatMap(NodeSnapshot::pool)
            .map(AddressPool::subnetIds)
            .map(ids -> String.join(",", new TreeSet<>(ids))));
    return new NodeLabels(each, info);
  }

  private static void put(Map<String, String> labels, String name, Optional<String> value) {
    value.filter(known -> !known.isEmpty()).ifPresent(known -> labels.put(name, known));
  }
}
