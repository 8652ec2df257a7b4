package io.cnimetrics.recommend;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The series that were read, by node and minute. Not thread-safe. */
public final class Observations {
  /** The labels that can name the node group. The agent adds none of them. */
  private static final List<String> GROUP_LABELS =
      List.of("nodegroup", "eks_amazonaws_com_nodegroup", "karpenter_sh_nodepool");

  /** A moment needs all of these metrics. Their order is that of the fields of a moment. */
  private static final List<Metric> NEEDED =
      List.of(
          MetricCatalog.ASSIGN_IP_ADDRESSES,
          MetricCatalog.COOLING_IP_ADDRESSES,
          MetricCatalog.TOTAL_IP_ADDRESSES,
          MetricCatalog.TOTAL_IPV4_PREFIXES,
          MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES,
          MetricCatalog.MAX_IP_ADDRESSES,
          MetricCatalog.ENI_MAX_AVAILABLE,
          MetricCatalog.ADD_REQ_COUNT,
          MetricCatalog.DEL_REQ_COUNT,
          MetricCatalog.NO_AVAILABLE_IP_ADDRS,
          MetricCatalog.IPAMD_RESTARTS,
          MetricCatalog.EC2_API_REQ_COUNT);

  /** Greater numbers of addresses are not valid, because no node has so many. */
  private static final int MOST_ADDRESSES = 100_000;

  private final Optional<String> wantedCluster;

  /** The nodes by name and group. A node whose type was changed is a new node. */
  private final Map<String, Node> nodes = new TreeMap<>();

  private final Map<String, SortedMap<Long, Integer>> subnets = new TreeMap<>();
  private final TreeSet<String> clusters = new TreeSet<>();
  private final TreeSet<String> otherClusters = new TreeSet<>();

  /**
   * @param wantedCluster the only cluster whose series are accepted; empty accepts all clusters
   */
  public Observations(Optional<String> wantedCluster) {
    this.wantedCluster = wantedCluster;
  }

  /** The names in PromQL of the metrics to read. */
  public static List<String> families() {
    return Stream.concat(NEEDED.stream(), Stream.of(MetricCatalog.SUBNET_FREE_IPS))
        .map(metric -> metric.prometheus().family())
        .distinct()
        .toList();
  }

  /**
   * Adds a series. Ignores series of other metrics, and series without a node.
   *
   * @param labels the labels, with the metric's name as {@code __name__}
   * @param byMinute the values by the minute since 1970
   */
  void add(Map<String, String> labels, Map<Long, Double> byMinute) {
    String cluster = labels.getOrDefault("cluster", "");
    if (byMinute.isEmpty()) {
      return;
    } else if (!wantedCluster.orElse(cluster).equals(cluster)) {
      otherClusters.add(cluster);
      return;
    }
    String subnetId = labels.getOrDefault("subnet_id", "");
    if (isOf(MetricCatalog.SUBNET_FREE_IPS, labels) && !subnetId.isEmpty()) {
      SortedMap<Long, Integer> hours = subnets.computeIfAbsent(subnetId, id -> new TreeMap<>());
      byMinute.forEach((minute, free) -> hours.merge(minute / 60, free.intValue(), Math::min));
    }
    String name = labels.getOrDefault("node", "");
    for (int metric = 0; metric < NEEDED.size(); metric++) {
      if (isOf(NEEDED.get(metric), labels) && !name.isEmpty()) {
        clusters.add(cluster);
        String group = group(labels);
        nodes
            .computeIfAbsent(name + " " + group, any -> new Node(name, group, new TreeMap<>()))
            .add(metric, byMinute);
      }
    }
  }

  private static boolean isOf(Metric metric, Map<String, String> labels) {
    return metric.prometheus().family().equals(labels.get("__name__"))
        && labels.entrySet().containsAll(metric.prometheus().labels().entrySet());
  }

  private static String group(Map<String, String> labels) {
    String type = labels.getOrDefault("instance_type", "unknown type");
    return GROUP_LABELS.stream()
        .map(labels::get)
        .filter(Objects::nonNull)
        .findFirst()
        .map(name -> name + " " + type)
        .orElse(type);
  }

  /** The clusters of the nodes. The name is empty if a series has no label {@code cluster}. */
  public SortedSet<String> clusters() {
    return clusters;
  }

  /** The clusters of the series that were not accepted. */
  public SortedSet<String> otherClusters() {
    return otherClusters;
  }

  /**
   * Returns the nodes with at least one complete moment, and forgets all nodes. Therefore only the
   * data of the newest day is in memory.
   */
  public List<NodeHistory> takeNodes() {
    List<NodeHistory> taken =
        nodes.values().stream()
            .map(Node::history)
            .filter(history -> !history.moments().isEmpty())
            .toList();
    nodes.clear();
    return taken;
  }

  /** The trend of each subnet. */
  public List<SubnetTrend> subnets() {
    return subnets.entrySet().stream()
        .map(subnet -> SubnetTrend.of(subnet.getKey(), subnet.getValue()))
        .toList();
  }

  /** The values of a node, by minute. A value that is not known is NaN. */
  private record Node(String name, String group, TreeMap<Long, double[]> minutes) {
    void add(int metric, Map<Long, Double> byMinute) {
      double[] unknown = DoubleStream.generate(() -> Double.NaN).limit(NEEDED.size()).toArray();
      byMinute.forEach(
          (minute, value) ->
              minutes.computeIfAbsent(minute, any -> unknown.clone())[metric] = value);
    }

    NodeHistory history() {
      return new NodeHistory(
          name,
          group,
          minutes.entrySet().stream()
              .filter(minute -> isComplete(minute.getValue()))
              .map(minute -> moment(minute.getKey(), minute.getValue()))
              .toList());
    }

    private static boolean isComplete(double[] values) {
      return IntStream.range(0, values.length)
          .allMatch(
              i ->
                  values[i]
                      <= (NEEDED.get(i).kind() == Kind.GAUGE ? MOST_ADDRESSES : Double.MAX_VALUE));
    }

    private static Moment moment(long minute, double[] values) {
      return new Moment(
          minute,
          (int) values[0],
          (int) values[1],
          (int) values[2],
          (int) values[3],
          (int) values[4],
          (int) values[5],
          (int) values[6],
          (long) values[7],
          (long) values[8],
          (long) values[9],
          (long) values[10],
          (long) values[11]);
    }
  }
}
