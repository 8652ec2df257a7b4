package io.cnimetrics.recommend;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The series that were read, by node and minute. Not thread-safe. */
public final class Observations {
  /** The labels that can name the node group. The agent adds none of them. */
  private static final List<String> GROUP_LABELS =
      List.of("nodegroup", "eks_amazonaws_com_nodegroup", "karpenter_sh_nodepool");

  /** A moment needs all of these metrics. Their order is the order of the values of a minute. */
  private static final List<Metric> NEEDED =
      List.of(
          MetricCatalog.ASSIGN_IP_ADDRESSES,
          MetricCatalog.TOTAL_IP_ADDRESSES,
          MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES,
          MetricCatalog.MAX_IP_ADDRESSES,
          MetricCatalog.ENI_MAX_AVAILABLE,
          MetricCatalog.TOTAL_IPV4_PREFIXES,
          MetricCatalog.COOLING_IP_ADDRESSES,
          MetricCatalog.ADD_REQ_COUNT,
          MetricCatalog.DEL_REQ_COUNT,
          MetricCatalog.NO_AVAILABLE_IP_ADDRS,
          MetricCatalog.IPAMD_RESTARTS,
          MetricCatalog.EC2_API_REQ_COUNT);

  /** The number of gauges at the start of this list. */
  private static final int GAUGES = 7;

  private static final int MOST_ADDRESSES = 100_000;

  private final Optional<String> wantedCluster;
  private final Map<String, Node> nodes = new TreeMap<>();
  private final Map<String, SortedMap<Long, Integer>> subnets = new TreeMap<>();
  private final TreeSet<String> clusters = new TreeSet<>();

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
   * @param seconds the times, in seconds since 1970
   */
  void add(Map<String, String> labels, List<Double> seconds, List<Double> values) {
    String cluster = labels.getOrDefault("cluster", "");
    if (!wantedCluster.map(cluster::equals).orElse(true)) {
      return;
    }
    if (isOf(MetricCatalog.SUBNET_FREE_IPS, labels) && labels.containsKey("subnet_id")) {
      addSubnet(labels.get("subnet_id"), seconds, values);
      return;
    }
    for (int metric = 0; metric < NEEDED.size(); metric++) {
      String name = labels.getOrDefault("node", "");
      if (isOf(NEEDED.get(metric), labels) && !name.isEmpty()) {
        clusters.add(cluster);
        Node node =
            nodes.computeIfAbsent(name, unknown -> new Node(group(labels), new TreeMap<>()));
        node.add(metric, seconds, values);
      }
    }
  }

  private static boolean isOf(Metric metric, Map<String, String> labels) {
    return metric.prometheus().family().equals(labels.get("__name__"))
        && labels.entrySet().containsAll(metric.prometheus().labels().entrySet());
  }

  private void addSubnet(String subnetId, List<Double> seconds, List<Double> values) {
    for (int i = 0; i < seconds.size(); i++) {
      subnets
          .computeIfAbsent(subnetId, id -> new TreeMap<>())
          .merge((long) (seconds.get(i) / 3600), values.get(i).intValue(), Math::min);
    }
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

  /** The nodes with at least one complete moment. */
  public List<NodeHistory> nodes() {
    return nodes.entrySet().stream()
        .map(
            node ->
                new NodeHistory(node.getKey(), node.getValue().group(), node.getValue().moments()))
        .filter(node -> !node.moments().isEmpty())
        .toList();
  }

  /** The least number of free addresses of each subnet in each hour since 1970. */
  public Map<String, SortedMap<Long, Integer>> subnets() {
    return subnets;
  }

  /** The values of a node, by minute. A value that is not known is NaN. */
  private record Node(String group, TreeMap<Long, double[]> minutes) {
    void add(int metric, List<Double> seconds, List<Double> values) {
      for (int i = 0; i < seconds.size(); i++) {
        minutes.computeIfAbsent((long) (seconds.get(i) / 60), minute -> unknown())[metric] =
            values.get(i);
      }
    }

    private static double[] unknown() {
      double[] unknown = new double[NEEDED.size()];
      Arrays.fill(unknown, Double.NaN);
      return unknown;
    }

    List<Moment> moments() {
      return minutes.entrySet().stream()
          .filter(minute -> known(minute.getValue()))
          .map(minute -> moment(minute.getKey(), minute.getValue()))
          .toList();
    }

    /** Whether all values are known and possible. A huge number would fill the memory. */
    private static boolean known(double[] values) {
      return Arrays.stream(values).noneMatch(Double::isNaN)
          && Arrays.stream(values, 0, GAUGES).allMatch(value -> value <= MOST_ADDRESSES);
    }

    private static Moment moment(long minute, double[] values) {
      return new Moment(
          minute,
          (int) of(values, MetricCatalog.ASSIGN_IP_ADDRESSES),
          (int) of(values, MetricCatalog.COOLING_IP_ADDRESSES),
          (int) of(values, MetricCatalog.TOTAL_IP_ADDRESSES),
          (int) of(values, MetricCatalog.TOTAL_IPV4_PREFIXES),
          (int) of(values, MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES),
          (int) of(values, MetricCatalog.MAX_IP_ADDRESSES),
          (int) of(values, MetricCatalog.ENI_MAX_AVAILABLE),
          (long) of(values, MetricCatalog.ADD_REQ_COUNT),
          (long) of(values, MetricCatalog.DEL_REQ_COUNT),
          (long) of(values, MetricCatalog.NO_AVAILABLE_IP_ADDRS),
          (long) of(values, MetricCatalog.IPAMD_RESTARTS),
          (long) of(values, MetricCatalog.EC2_API_REQ_COUNT));
    }

    private static double of(double[] values, Metric metric) {
      return values[NEEDED.indexOf(metric)];
    }
  }
}
