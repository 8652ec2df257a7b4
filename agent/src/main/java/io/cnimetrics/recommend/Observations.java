package io.cnimetrics.recommend;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.recommend.NodeHistory.Counters;
import io.cnimetrics.recommend.NodeHistory.Limits;
import io.cnimetrics.recommend.NodeHistory.Moment;
import java.io.IOException;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The series that were read, by node and minute. Not thread-safe. */
public final class Observations {
  /** The labels that can name the node group. The agent adds none of them. */
  private static final List<String> GROUP_LABELS =
      List.of("nodegroup", "eks_amazonaws_com_nodegroup", "karpenter_sh_nodepool");

  /** A moment needs all of these metrics. {@code moment} reads them in this order. */
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

  /** A greater number of addresses is not valid, because no node has as many addresses. */
  private static final int MOST_ADDRESSES = 100_000;

  private static final int UNKNOWN = -1;
  private static final int HOUR = 60;

  /**
   * The heap for one minute of a node: its numbers and its share of the lists. The heap has twice
   * this size, because garbage collection needs free memory.
   */
  private static final long HEAP_OF_MINUTE = 2 * (4L * NEEDED.size() + 10);

  /** The heap that the command needs without the minutes of the nodes. */
  private static final long HEAP_OF_COMMAND = 6L << 20;

  private final Optional<String> wantedCluster;

  /** The nodes by name and group. A node whose type was changed is a new node. */
  private final Map<String, Node> nodes = new TreeMap<>();

  private final Map<String, SortedMap<Long, Integer>> subnets = new TreeMap<>();
  private final TreeSet<String> clusters = new TreeSet<>();
  private final TreeSet<String> otherClusters = new TreeSet<>();

  /** The number of points of each metric since the last {@link #takeNodes}. */
  private final long[] points = new long[NEEDED.size()];

  private final long mostMinutes;
  private long storedMinutes;

  /**
   * @param wantedCluster the only cluster whose series are accepted; empty accepts all clusters
   * @param heapBytes the largest size of the heap
   */
  public Observations(Optional<String> wantedCluster, long heapBytes) {
    this.wantedCluster = wantedCluster;
    this.mostMinutes = (heapBytes - HEAP_OF_COMMAND) / HEAP_OF_MINUTE;
  }

  /** The names in PromQL of the metrics to read. */
  public static List<String> families() {
    return Stream.concat(NEEDED.stream(), Stream.of(MetricCatalog.SUBNET_FREE_IPS))
        .map(metric -> metric.prometheus().family())
        .distinct()
        .toList();
  }

  /** Takes the points of one series. */
  interface Points {
    Points IGNORED = (minute, value) -> {};

    /** Takes one point. The minute counts since 1970. */
    void add(long minute, double value);
  }

  /**
   * Starts a series that has points. Ignores series of other metrics, and series without a node.
   *
   * @param labels the labels, with the metric's name as {@code __name__}
   */
  Points series(Map<String, String> labels) {
    String cluster = labels.getOrDefault("cluster", "");
    if (!wantedCluster.orElse(cluster).equals(cluster)) {
      otherClusters.add(cluster);
      return Points.IGNORED;
    }
    String subnetId = labels.getOrDefault("subnet_id", "");
    if (isOf(MetricCatalog.SUBNET_FREE_IPS, labels) && !subnetId.isEmpty()) {
      SortedMap<Long, Integer> hours = subnets.computeIfAbsent(subnetId, id -> new TreeMap<>());
      return (minute, free) -> hours.merge(minute / HOUR, (int) free, Math::min);
    }
    String name = labels.getOrDefault("node", "");
    for (int metric = 0; metric < NEEDED.size(); metric++) {
      if (isOf(NEEDED.get(metric), labels) && !name.isEmpty()) {
        clusters.add(cluster);
        String group = group(labels);
        Node node =
            nodes.computeIfAbsent(
                name + " " + group, any -> new Node(name, group, new TreeMap<>()));
        int column = metric;
        return (minute, value) -> add(node, minute, column, value);
      }
    }
    return Points.IGNORED;
  }

  /**
   * If the data does not fit into the heap, only counts the points. The count shows the necessary
   * heap.
   */
  private void add(Node node, long minute, int metric, double value) {
    points[metric]++;
    if (storedMinutes <= mostMinutes) {
      storedMinutes += node.add(minute, metric, value) ? HOUR : 0;
      if (storedMinutes > mostMinutes) {
        nodes.values().forEach(each -> each.hours.clear());
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
   * data since the last call is in memory.
   *
   * @throws IOException if the data does not fit into the heap
   */
  public List<NodeHistory> takeNodes() throws IOException {
    if (!fits()) {
      // One hour of each node can be incomplete.
      long minutes =
          LongStream.of(points).reduce(storedMinutes, Math::max) + (long) HOUR * nodes.size();
      throw new IOException(
          ("the data has %,d minutes of nodes, which do not fit into this heap: run this command as"
                  + " 'cni-metrics-agent -Xmx%dm recommend'")
              .formatted(minutes, (heapFor(minutes) >> 20) + 1));
    }
    List<NodeHistory> taken =
        nodes.values().stream()
            .map(Node::history)
            .filter(history -> !history.moments().isEmpty())
            .toList();
    forgetNodes();
    return taken;
  }

  /** Forgets the data of all nodes. */
  public void forgetNodes() {
    nodes.clear();
    Arrays.fill(points, 0);
    storedMinutes = 0;
  }

  /** Whether the data since the last {@link #takeNodes} fits into the heap. */
  public boolean fits() {
    return storedMinutes <= mostMinutes;
  }

  private static long heapFor(long minutes) {
    return HEAP_OF_COMMAND + HEAP_OF_MINUTE * minutes;
  }

  /**
   * The number of hours of all nodes that fit into half of the heap, up to a day. The other half is
   * for new nodes. Call this before {@link #takeNodes}.
   */
  public long fittingHours() {
    long fitting = mostMinutes / HOUR / Math.max(1, nodes.size());
    return Math.max(1, Math.min(24, fitting / 2));
  }

  /** The trend of each subnet. */
  public List<SubnetTrend> subnets() {
    return subnets.entrySet().stream()
        .map(subnet -> SubnetTrend.of(subnet.getKey(), subnet.getValue()))
        .toList();
  }

  /**
   * The values of a node by the hour since 1970, with {@code NEEDED.size()} numbers for each minute
   * of an hour.
   */
  private record Node(String name, String group, TreeMap<Long, int[]> hours) {
    /** Returns whether the hour is new. */
    boolean add(long minute, int metric, double value) {
      int before = hours.size();
      int[] hour = hours.computeIfAbsent(minute / HOUR, any -> unknown());
      boolean valid =
          value <= (NEEDED.get(metric).kind() == Kind.GAUGE ? MOST_ADDRESSES : Integer.MAX_VALUE);
      hour[(int) (minute % HOUR) * NEEDED.size() + metric] = valid ? (int) value : UNKNOWN;
      return hours.size() > before;
    }

    private static int[] unknown() {
      int[] hour = new int[HOUR * NEEDED.size()];
      Arrays.fill(hour, UNKNOWN);
      return hour;
    }

    NodeHistory history() {
      long[] minutes =
          hours.keySet().stream()
              .flatMapToLong(hour -> LongStream.range(hour * HOUR, (hour + 1) * HOUR))
              .filter(this::isComplete)
              .toArray();
      return new NodeHistory(name, group, moments(minutes));
    }

    /**
     * A list that makes each moment only when it is read. All moments together need much memory.
     */
    private List<Moment> moments(long[] minutes) {
      return new AbstractList<>() {
        @Override
        public Moment get(int index) {
          return moment(minutes[index]);
        }

        @Override
        public int size() {
          return minutes.length;
        }
      };
    }

    private int[] hour(long minute) {
      return Objects.requireNonNull(hours.get(minute / HOUR));
    }

    private boolean isComplete(long minute) {
      int[] hour = hour(minute);
      int from = (int) (minute % HOUR) * NEEDED.size();
      return IntStream.range(from, from + NEEDED.size()).noneMatch(i -> hour[i] == UNKNOWN);
    }

    private Moment moment(long minute) {
      int[] hour = hour(minute);
      int from = (int) (minute % HOUR) * NEEDED.size();
      return new Moment(
          minute,
          hour[from],
          hour[from + 1],
          hour[from + 2],
          hour[from + 3],
          new Limits(hour[from + 4], hour[from + 5], hour[from + 6]),
          new Counters(
              hour[from + 7], hour[from + 8], hour[from + 9], hour[from + 10], hour[from + 11]));
    }
  }
}
