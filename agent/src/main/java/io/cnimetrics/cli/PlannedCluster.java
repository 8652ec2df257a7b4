package io.cnimetrics.cli;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.config.MetricSelection;
import io.cnimetrics.plan.BilledAlarm;
import io.cnimetrics.plan.Fleet;
import io.cnimetrics.plan.FleetPlan;
import io.cnimetrics.plan.FleetPlan.BilledSet;
import io.cnimetrics.plan.Prices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The cluster whose requests and cost {@code plan} calculates.
 *
 * @param sets the sets of dimensions under which metrics are published
 * @param subnets number of subnets whose free addresses are reported; can be 0
 */
record PlannedCluster(
    int nodes,
    Duration publishInterval,
    List<List<Dimension>> sets,
    MetricSelection selection,
    int zones,
    int instanceTypes,
    int subnets) {
  /** The dimensions of subnet metrics. {@code --dimensions} does not change them. */
  private static final String OF_SUBNET =
      "%s, %s".formatted(Dimension.CLUSTER_ID, MetricCatalog.SUBNET_DIMENSION);

  FleetPlan plan(Prices prices) {
    int starts = (int) metrics().stream().filter(Metric::isOfStart).count();
    int names = metrics().size() - starts;
    // All ENIs of a node are in subnets of the node's zone.
    int subnetsOfNode = (subnets + zones - 1) / zones;
    Fleet fleet =
        new Fleet(nodes, publishInterval, names * sets.size() + subnetsOfNode, starts > 0);
    return new FleetPlan(
        fleet, billedSets(), BilledAlarm.of(metrics(), subnets), assumptions(), prices);
  }

  private List<Metric> metrics() {
    return MetricCatalog.selected(selection::includes).stream()
        .filter(metric -> !metric.isOfSubnet())
        .toList();
  }

  private List<BilledSet> billedSets() {
    List<BilledSet> billed = new ArrayList<>();
    for (List<Dimension> set : sets) {
      String names = set.stream().map(Dimension::name).collect(Collectors.joining(", "));
      billed.add(new BilledSet(names, of(set), combinations(set), metrics().size()));
    }
    if (subnets > 0) {
      billed.add(new BilledSet(OF_SUBNET, BilledSet.Scope.PART, subnets, 1));
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

  /** There are at most as many combinations as nodes, because each node has one combination. */
  private int combinations(List<Dimension> set) {
    int combinations = 1;
    for (Dimension dimension : set) {
      int values =
          switch (dimension) {
            case CLUSTER_ID -> 1;
            case NODE, INSTANCE_ID -> nodes;
            case INSTANCE_TYPE -> instanceTypes;
            case AVAILABILITY_ZONE -> zones;
          };
      combinations = Math.min(nodes, combinations * values);
    }
    return combinations;
  }

  private List<String> assumptions() {
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
      assumptions.add("%d subnets (--subnet-count)".formatted(subnets));
    }
    assumptions.add("a month of 30 days in which each metric always gets values");
    assumptions.add("no other use of CloudWatch in the account, and no free tier");
    return assumptions;
  }
}
