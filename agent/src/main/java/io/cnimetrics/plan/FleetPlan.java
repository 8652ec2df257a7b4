package io.cnimetrics.plan;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.otlp.BilledPoints;
import io.cnimetrics.plan.Bill.Part;
import io.cnimetrics.schedule.SubnetQueries;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The requests and costs that the agents of all clusters will cause in CloudWatch.
 *
 * @param dimensions the sets of dimensions of PutMetricData; empty if the agents do not use
 *     PutMetricData
 * @param metrics the metrics that the agents publish
 */
public record FleetPlan(
    Clusters clusters,
    Duration publishInterval,
    List<List<Dimension>> dimensions,
    List<Metric> metrics,
    OtlpPoints otlp,
    Prices prices) {

  static final Duration LONGEST_INTERVAL = Duration.ofMinutes(5);

  /** The dimensions of subnet metrics. {@code --dimensions} does not change them. */
  private static final String OF_SUBNET =
      "%s, %s".formatted(Dimension.CLUSTER_ID, MetricCatalog.SUBNET_DIMENSION);

  /**
   * The clusters of one account and region, which have equal numbers of nodes.
   *
   * @param nodes the number of nodes of all clusters
   * @param count the number of clusters
   * @param zones the number of availability zones of the nodes
   * @param instanceTypes the number of instance types of the nodes
   * @param subnets the number of subnets of each cluster whose free addresses the agents report;
   *     can be 0
   */
  public record Clusters(int nodes, int count, int zones, int instanceTypes, int subnets) {
    /** Each node has one combination. Therefore there are at most as many combinations as nodes. */
    int combinations(List<Dimension> set) {
      long combinations = 1;
      for (Dimension dimension : set) {
        int values =
            switch (dimension) {
              case CLUSTER_ID -> count;
              case NODE, INSTANCE_ID -> nodes;
              case INSTANCE_TYPE -> instanceTypes;
              case AVAILABILITY_ZONE -> zones;
            };
        combinations = Math.min(nodes, combinations * values);
      }
      return (int) combinations;
    }
  }

  /**
   * The points of OTLP. CloudWatch bills the bytes of each point, and not requests.
   *
   * @param ofNode the points that one node sends in a publish interval
   * @param labels the values of the labels for which the bytes were measured
   * @param billed whether the agents send the points to CloudWatch
   */
  public record OtlpPoints(BilledPoints ofNode, String labels, boolean billed) {
    /** The mean size of a point, rounded up. */
    long bytesOfPoint() {
      return mean(ofNode.bytes());
    }

    /** The mean size of a point if AWS bills only what AWS's definition lists. */
    long leastBytesOfPoint() {
      return mean(ofNode.leastBytes());
    }

    private long mean(long bytes) {
      return ofNode.points() == 0 ? 0 : (bytes + ofNode.points() - 1) / ofNode.points();
    }
  }

  /**
   * A set of dimensions, with its metrics. CloudWatch bills one metric for each metric name and
   * each combination of dimension values.
   *
   * @param dimensions the names of the dimensions, for display
   * @param scope which nodes have the same dimension values
   * @param combinations the number of combinations of dimension values
   * @param names the number of metric names in each combination
   */
  record BilledSet(String dimensions, Scope scope, int combinations, int names) {
    /** Which nodes have the same dimension values. */
    enum Scope {
      CLUSTER,
      /** All nodes of one instance type or zone, or one subnet. */
      PART,
      NODE;

      private static Scope of(List<Dimension> set) {
        if (set.contains(Dimension.NODE) || set.contains(Dimension.INSTANCE_ID)) {
          return NODE;
        }
        return set.equals(List.of(Dimension.CLUSTER_ID)) ? CLUSTER : PART;
      }
    }

    long metrics() {
      return (long) combinations * names;
    }
  }

  /** The sets of dimensions of PutMetricData, in the order of the bill. */
  List<BilledSet> sets() {
    List<BilledSet> billed = new ArrayList<>();
    for (List<Dimension> set : dimensions) {
      String names = set.stream().map(Dimension::name).collect(Collectors.joining(", "));
      int combinations = clusters.combinations(set);
      billed.add(
          new BilledSet(names, BilledSet.Scope.of(set), combinations, metricsOfNode().size()));
    }
    if (usesPutMetricData() && clusters.subnets() > 0) {
      int combinations = clusters.subnets() * clusters.count();
      billed.add(new BilledSet(OF_SUBNET, BilledSet.Scope.PART, combinations, 1));
    }
    return billed;
  }

  /** The same plan without one set of dimensions. CLUSTER_ID is the default if no set is left. */
  FleetPlan withoutSet(int index) {
    List<List<Dimension>> others = new ArrayList<>(dimensions);
    others.remove(index);
    List<List<Dimension>> left =
        others.isEmpty() ? List.of(List.of(Dimension.CLUSTER_ID)) : List.copyOf(others);
    return new FleetPlan(clusters, publishInterval, left, metrics, otlp, prices);
  }

  long billedMetrics() {
    return sets().stream().mapToLong(BilledSet::metrics).sum();
  }

  /** The requests to CloudWatch, of PutMetricData or of OTLP. */
  Fleet fleet() {
    if (!usesPutMetricData()) {
      int points = otlp.billed() ? otlp.ofNode().points() : 0;
      return new Fleet(clusters.nodes(), publishInterval, points, false);
    }
    int starts = (int) metrics.stream().filter(Metric::isOfStart).count();
    // All ENIs of a node are in subnets of the node's zone.
    int subnetsOfNode = (clusters.subnets() + clusters.zones() - 1) / clusters.zones();
    int datums = (metricsOfNode().size() - starts) * dimensions.size() + subnetsOfNode;
    return new Fleet(clusters.nodes(), publishInterval, datums, starts > 0);
  }

  boolean usesPutMetricData() {
    return !dimensions.isEmpty();
  }

  /** The metrics that each node sends. */
  List<Metric> metricsOfNode() {
    return metrics.stream().filter(metric -> !metric.isOfSubnet()).toList();
  }

  /** The cost if each node sends once in each publish interval. */
  Bill bill() {
    return Bill.of(this, publishInterval);
  }

  /** The cost if every node sends in every minute of the month. */
  Bill billAtMost() {
    return Bill.of(this, Fleet.MINUTE);
  }

  /**
   * The bytes that all nodes send by OTLP in a month. All nodes share the points of the subnets.
   *
   * @param interval the time between two sends of a node
   */
  long otlpBytes(Duration interval) {
    long ofNodes = clusters.nodes() * otlp.ofNode().bytes() * Fleet.MONTH.dividedBy(interval);
    long pointsOfSubnets =
        Fleet.MONTH.toMinutes()
            * clusters.subnets()
            * clusters.count()
            * SubnetQueries.CALLS_PER_MINUTE;
    return ofNodes + pointsOfSubnets * otlp.bytesOfPoint();
  }

  /**
   * The price of one node a month, by requests or by OTLP, without the price of the metrics.
   *
   * @param part {@code REQUESTS} or {@code OTLP}
   */
  BigDecimal ofNode(Part part, Duration interval) {
    long sends = Fleet.MONTH.dividedBy(interval);
    long units = part == Part.OTLP ? sends * otlp.ofNode().bytes() : sends;
    return prices.of(part, units).setScale(3, RoundingMode.HALF_UP);
  }

  /** Texts about the values that the plan assumes. */
  List<String> assumptions() {
    List<String> assumptions = new ArrayList<>();
    if (dimensions.stream().anyMatch(set -> set.contains(Dimension.INSTANCE_TYPE))) {
      assumptions.add("%d instance types (--instance-types)".formatted(clusters.instanceTypes()));
    }
    if (dimensions.stream().anyMatch(set -> set.contains(Dimension.AVAILABILITY_ZONE))
        || clusters.subnets() > 0) {
      assumptions.add("%d availability zones (--zones)".formatted(clusters.zones()));
    }
    if (clusters.subnets() > 0) {
      assumptions.add("%d subnets of each cluster (--subnet-count)".formatted(clusters.subnets()));
    }
    assumptions.add("a month of 30 days in which each metric always gets values");
    assumptions.add("no other use of CloudWatch in the account, and no free tier");
    assumptions.add("OTLP: labels as long as %s".formatted(otlp.labels()));
    assumptions.add(
        "OTLP: AWS bills the name, the labels, the resource attributes, the time and the value of"
            + " each point. AWS does not say whether it also bills the scope, the unit and the"
            + " framing. The plan includes them. Without them, a point has %d bytes"
                .formatted(otlp.leastBytesOfPoint()));
    assumptions.add(
        "OTLP: AWS does not say how many bytes a GB has (here 10^9), and how many samples a PromQL"
            + " alarm reads (here all samples of its ranges, every minute)");
    return assumptions;
  }
}
