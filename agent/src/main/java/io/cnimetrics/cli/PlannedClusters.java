package io.cnimetrics.cli;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.config.MetricSelection;
import io.cnimetrics.config.Otlp;
import io.cnimetrics.console.PromqlTemplate;
import io.cnimetrics.otlp.BilledPoints;
import io.cnimetrics.plan.BilledAlarm;
import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.FleetPlan;
import io.cnimetrics.plan.FleetPlan.BilledSet;
import io.cnimetrics.plan.OtlpPoints;
import io.cnimetrics.plan.Prices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The clusters whose requests and cost {@code plan} calculates.
 *
 * @param nodes the number of nodes of all clusters
 * @param sets the sets of dimensions under which metrics are published by PutMetricData; empty if
 *     the agents do not use PutMetricData
 * @param subnets number of subnets of each cluster whose free addresses are reported; can be 0
 */
record PlannedClusters(
    int nodes,
    int clusters,
    Duration publishInterval,
    List<List<Dimension>> sets,
    MetricSelection selection,
    int zones,
    int instanceTypes,
    int subnets,
    Optional<Otlp> otlp) {
  /** The dimensions of subnet metrics. {@code --dimensions} does not change them. */
  private static final String OF_SUBNET =
      "%s, %s".formatted(Dimension.CLUSTER_ID, MetricCatalog.SUBNET_DIMENSION);

  FleetPlan plan(Prices prices) {
    int starts = (int) metrics().stream().filter(Metric::isOfStart).count();
    int names = metrics().size() - starts;
    // All ENIs of a node are in subnets of the node's zone.
    int subnetsOfNode = (subnets + zones - 1) / zones;
    OtlpPoints points = points();
    boolean putMetricData = !sets.isEmpty();
    int datums = putMetricData ? names * sets.size() + subnetsOfNode : 0;
    Fleet fleet =
        new Fleet(
            nodes,
            publishInterval,
            // Without PutMetricData, the requests contain the points of OTLP instead of datums.
            putMetricData || !points.billed() ? datums : points.points(),
            putMetricData && starts > 0);
    return new FleetPlan(
        fleet, clusters, billedSets(), alarms(), points, assumptions(points), prices);
  }

  private List<BilledAlarm> alarms() {
    List<BilledAlarm> alarms = new ArrayList<>();
    if (!sets.isEmpty()) {
      alarms.addAll(BilledAlarm.of(metrics(), subnets));
    }
    if (sendsOtlpToCloudWatch()) {
      alarms.add(BilledAlarm.promql(metrics(subnets > 0)));
    }
    return alarms;
  }

  private OtlpPoints points() {
    BilledPoints node = BilledNode.points(metrics(), otlp.map(Otlp::resource).orElse(Map.of()));
    return new OtlpPoints(
        node.points(),
        node.bytes(),
        node.leastBytes(),
        BilledNode.LABELS,
        subnets * clusters,
        PromqlTemplate.samplesOfNode(metrics(subnets > 0), (int) publishInterval.toMinutes()),
        sendsOtlpToCloudWatch());
  }

  /** Whether OTLP goes to CloudWatch. In this case the setting has no URL. */
  private boolean sendsOtlpToCloudWatch() {
    return otlp.map(Otlp::url).filter(Optional::isEmpty).isPresent();
  }

  /** The metrics that each node sends, without the metrics of subnets. */
  private List<Metric> metrics() {
    return metrics(false);
  }

  private List<Metric> metrics(boolean ofSubnets) {
    return MetricCatalog.selected(selection::includes).stream()
        .filter(metric -> ofSubnets || !metric.isOfSubnet())
        .toList();
  }

  private List<BilledSet> billedSets() {
    List<BilledSet> billed = new ArrayList<>();
    for (List<Dimension> set : sets) {
      String names = set.stream().map(Dimension::name).collect(Collectors.joining(", "));
      billed.add(new BilledSet(names, of(set), combinations(set), metrics().size()));
    }
    if (subnets > 0 && !sets.isEmpty()) {
      billed.add(new BilledSet(OF_SUBNET, BilledSet.Scope.PART, subnets * clusters, 1));
    }
    return billed;
  }

  private static BilledSet.Scope of(List<Dimension> set) {
    if (set.contains(Dimension.NODE) || set.contains(Dimension.INSTANCE_ID)) {
      return BilledSet.Scope.NODE;
    }
    return set.equals(List.of(Dimension.CLUSTER_ID))
        ? BilledSet.Scope.CLUSTER
        : BilledSet.Scope.PART;
  }

  /** Each node has one combination. Therefore there are at most as many combinations as nodes. */
  private int combinations(List<Dimension> set) {
    long combinations = 1;
    for (Dimension dimension : set) {
      int values =
          switch (dimension) {
            case CLUSTER_ID -> clusters;
            case NODE, INSTANCE_ID -> nodes;
            case INSTANCE_TYPE -> instanceTypes;
            case AVAILABILITY_ZONE -> zones;
          };
      combinations = Math.min(nodes, combinations * values);
    }
    return (int) combinations;
  }

  private List<String> assumptions(OtlpPoints points) {
    List<String> assumptions = new ArrayList<>();
    Set<Dimension> used = new HashSet<>();
    sets.forEach(used::addAll);
    if (used.contains(Dimension.INSTANCE_TYPE)) {
      assumptions.add("%d instance types (--instance-types)".formatted(instanceTypes));
    }
    if (used.contains(Dimension.AVAILABILITY_ZONE) || subnets > 0) {
      assumptions.add("%d availability zones (--zones)".formatted(zones));
    }
    if (subnets > 0) {
      assumptions.add("%d subnets of each cluster (--subnet-count)".formatted(subnets));
    }
    assumptions.add("a month of 30 days in which each metric always gets values");
    assumptions.add("no other use of CloudWatch in the account, and no free tier");
    assumptions.add("OTLP: labels as long as %s".formatted(points.labels()));
    assumptions.add(
        "OTLP: AWS bills the name, the labels, the resource attributes, the time and the value of"
            + " each point. AWS does not say whether it also bills the scope, the unit and the"
            + " framing. The plan includes them. Without them, a point has %d bytes"
                .formatted(points.leastBytesOfPoint()));
    assumptions.add(
        "OTLP: AWS does not say how many bytes a GB has (here 10^9), and how many samples a PromQL"
            + " alarm reads (here all samples of its ranges, every minute)");
    return assumptions;
  }
}
