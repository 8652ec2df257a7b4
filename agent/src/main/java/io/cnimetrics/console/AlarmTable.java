package io.cnimetrics.console;

import static io.cnimetrics.console.Alarm.Comparison.ABOVE;
import static io.cnimetrics.console.Alarm.Comparison.AT_LEAST;
import static io.cnimetrics.console.Alarm.Comparison.BELOW;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.BREACHING;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.MISSING;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.NOT_BREACHING;
import static io.cnimetrics.console.Alarm.Severity.PAGE;
import static io.cnimetrics.console.Alarm.Severity.TICKET;

import io.cnimetrics.catalog.Cause;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Evaluation;
import io.cnimetrics.console.Alarm.Switch;
import io.cnimetrics.console.Alarm.Text;
import io.cnimetrics.console.Alarm.Threshold;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All alarms. The paging alarms about nodes watch how long the trouble of a single node lasts.
 * Therefore short failures on one node after another, as during an upgrade, cause no page.
 */
public final class AlarmTable {
  static final Alarm NO_ADDRESS =
      ofNode(
          "pods-get-no-address",
          PAGE,
          MetricCatalog.NO_ADDRESS_MINUTES,
          minutes("NoAddressMinutes", 3, 60, "pods of a node get no address"),
          1,
          "Pods get no address",
          "New pods on a node stay in ContainerCreating, because ipamD refuses them an address"
              + " or cannot read instance metadata.",
          "refused-pods",
          Cause.METADATA_AWAY.finding(),
          Cause.NO_ADDRESS_IN_SUBNET.finding(),
          Cause.EC2_DENIES.finding(),
          "leaked-addresses",
          "lost-eni",
          "eniconfig",
          "trunk-slot",
          Cause.NODE_FULL.finding());

  static final Alarm IPAMD_DOWN =
      ofNode(
          "ipamd-down",
          PAGE,
          MetricCatalog.IPAMD_DOWN_MINUTES,
          minutes("IpamdDownMinutes", 5, 60, "ipamD is down"),
          1,
          "ipamD is down on a node",
          "The aws-node pod of a node does not answer. No new pod starts on that node. Check"
              + " the state, the restarts and the log of the aws-node pod.",
          "introspection",
          "ipamd-restarts");

  /**
   * In a crash loop each minute can have a successful poll, so that no minute counts as down. The
   * pause between two restarts grows to five minutes. The alarm evaluates ten minutes, so that it
   * stays on during this pause.
   */
  static final Alarm CRASH_LOOP =
      ofNode(
          "ipamd-crash-loop",
          PAGE,
          MetricCatalog.IPAMD_RECENT_RESTARTS,
          Threshold.of(
              "IpamdRecentRestarts",
              3,
              2,
              60,
              "The alarm starts if ipamD of a node restarts this number of times in 15 minutes"),
          10,
          "ipamD is in a crash loop on a node",
          "ipamD restarts again and again. New pods on that node do not start while ipamD is"
              + " down. The log before the last restart shows the reason.",
          "ipamd-restarts",
          "introspection");

  static final Threshold SUBNET_FREE =
      Threshold.of(
          "SubnetFreeAddresses",
          16,
          1,
          10_000,
          "The alarm starts if a subnet has fewer free addresses than this number");

  static final Alarm NO_DATA =
      new Alarm(
          "no-data",
          TICKET,
          Formula.of(ClusterStatistic.NODES, MetricCatalog.IPAMD_UP),
          BELOW,
          Threshold.fixed(1),
          new Evaluation(15, 15, BREACHING),
          Optional.of(
              new Switch("NoDataAlarm", true, "Set false if the cluster can scale to zero nodes")),
          new Text(
              "No node reports",
              "No agent has sent data for 15 minutes. Therefore the other alarms have no data."
                  + " Check that the agents' pods run and are ready. Their logs report missing"
                  + " permissions and failed requests. If the cluster can have zero nodes, switch"
                  + " this alarm off.",
              List.of(),
              List.of(
                  "publishing",
                  "put-metric-data",
                  "monitoring-endpoint",
                  "cluster-name",
                  "java-agent")));

  static final Alarm WARM_POOL_EMPTY =
      ofNode(
          "warm-pool-empty",
          TICKET,
          MetricCatalog.WARM_POOL_EMPTY_MINUTES,
          minutes("WarmPoolEmptyMinutes", 10, 240, "a warm pool is empty"),
          1,
          "A warm pool is empty though it may grow",
          "A node has no free address for the next pod. The node could hold more addresses, but"
              + " ipamD gets none. Check EC2's errors and the subnet's free addresses.",
          Cause.WARM_POOL_EMPTY.finding(),
          Cause.NO_ADDRESS_IN_SUBNET.finding(),
          Cause.EC2_DENIES.finding(),
          Cause.EC2_THROTTLES.finding());

  static final Alarm LOST_ADDRESS =
      new Alarm(
          "pods-lost-address",
          TICKET,
          Formula.sum(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI),
          ABOVE,
          Threshold.fixed(0),
          new Evaluation(1, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "Pods lost their address",
              "Addresses or ENIs of running pods were removed. Replace the pods. CloudTrail shows"
                  + " the caller: search for DetachNetworkInterface and"
                  + " UnassignPrivateIpAddresses.",
              List.of(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI),
              List.of("forced-removals", "instance-enis")));

  static final Alarm DENIED =
      new Alarm(
          "ec2-denies",
          TICKET,
          Formula.of(ClusterStatistic.SUM, MetricCatalog.AWS_API_DENIED_ERR),
          ABOVE,
          Threshold.fixed(0),
          new Evaluation(5, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "EC2 denies calls of ipamD",
              "The role of aws-node lacks permissions. Address pools cannot grow. Check whether the"
                  + " role has the policy AmazonEKS_CNI_Policy, and who changed the role.",
              List.of(MetricCatalog.AWS_API_ERR),
              List.of(Cause.EC2_DENIES.finding())));

  static final Alarm THROTTLED =
      new Alarm(
          "ec2-throttles",
          TICKET,
          Formula.percent(MetricCatalog.AWS_API_THROTTLE_ERR, MetricCatalog.EC2_API_REQ_COUNT),
          ABOVE,
          Threshold.of(
              "ThrottledPercent",
              5,
              1,
              100,
              "The alarm starts above this percentage of throttled requests"),
          new Evaluation(5, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "EC2 throttles ipamD",
              "The account sends too many requests to EC2. Address pools grow late. Use prefixes,"
                  + " or a larger WARM_IP_TARGET with MINIMUM_IP_TARGET. Other tools' requests"
                  + " count too.",
              List.of(MetricCatalog.AWS_API_ERR),
              List.of(Cause.EC2_THROTTLES.finding())));

  static final Alarm NEARLY_FULL =
      new Alarm(
          "nodes-nearly-full",
          TICKET,
          Formula.of(ClusterStatistic.P90, MetricCatalog.NODE_IP_UTILIZATION),
          AT_LEAST,
          Threshold.of(
              "NodesFullPercent", 90, 1, 100, "The alarm starts at this utilisation in percent"),
          new Evaluation(15, 25, MISSING),
          Optional.of(
              new Switch("NodesNearlyFullAlarm", false, "Set true if nodes should never be full")),
          new Text(
              "One node in ten is nearly full",
              "At least one node in ten uses nearly all addresses that it can ever have. Check"
                  + " whether the cluster can add nodes. Prefixes and larger instances give a node"
                  + " more addresses.",
              List.of(MetricCatalog.NODE_IP_UTILIZATION),
              List.of(Cause.NODE_FULL.finding(), "max-pods")));

  /**
   * {@link AlarmTemplate} does not have this alarm, because only PromQL finds a node that stopped
   * reporting.
   */
  static final Alarm NODE_SILENT =
      new Alarm(
          "node-silent",
          TICKET,
          Formula.of(ClusterStatistic.NODES, MetricCatalog.IPAMD_UP),
          BELOW,
          Threshold.fixed(1),
          new Evaluation(15, 60, BREACHING),
          Optional.of(
              new Switch(
                  "NodeSilentAlarm",
                  false,
                  "Set true if nodes are rarely replaced: a terminated node starts the alarm")),
          new Text(
              "A node does not report",
              "A node has sent no data for 15 minutes, but it sent data in the last hour. The other"
                  + " alarms do not cover this node now. Check that the agent's pod on this node"
                  + " runs, and read its log.",
              List.of(),
              List.of("publishing", "java-agent")));

  /** The alarms of severity page, except the alarms of subnets. */
  static final List<Alarm> PAGES = List.of(NO_ADDRESS, IPAMD_DOWN, CRASH_LOOP);

  static final List<Alarm> TICKETS =
      List.of(NO_DATA, WARM_POOL_EMPTY, LOST_ADDRESS, DENIED, THROTTLED, NEARLY_FULL);

  /** One alarm that represents the alarms of all subnets. */
  static final Alarm SUBNET_EMPTY = subnetEmpty("", "a subnet", "A subnet");

  static final Alarm SUBNET_EMPTY_SOON = subnetEmptySoon("", "a subnet", "A subnet");

  private AlarmTable() {}

  /**
   * An alarm on the worst node. The metric's value already covers several minutes of that node.
   *
   * @param periods the number of minutes for which the alarm stays on after the last bad minute
   */
  private static Alarm ofNode(
      String name,
      Alarm.Severity severity,
      Metric metric,
      Threshold threshold,
      int periods,
      String title,
      String meaning,
      String... checks) {
    return new Alarm(
        name,
        severity,
        Formula.of(ClusterStatistic.MAXIMUM, metric),
        AT_LEAST,
        threshold,
        new Evaluation(1, periods, NOT_BREACHING),
        Optional.empty(),
        new Text(title, meaning, List.of(metric), List.of(checks)));
  }

  private static Threshold minutes(String parameter, int value, int most, String condition) {
    String description = "The alarm starts if %s for this number of minutes".formatted(condition);
    return Threshold.of(parameter, value, 1, most, description);
  }

  /**
   * All alarms in the order of the template. An alarm for subnets is only once in the list, even if
   * there are several subnets.
   */
  public static List<Alarm> all() {
    return Stream.of(PAGES, List.of(SUBNET_EMPTY), TICKETS, List.of(SUBNET_EMPTY_SOON))
        .flatMap(List::stream)
        .toList();
  }

  /** The alarms that name each node or subnet in trouble, in the order of the output. */
  static List<Alarm> byNode() {
    return Stream.concat(all().stream(), Stream.of(NODE_SILENT)).toList();
  }

  static Alarm subnetEmpty(String subnetId) {
    return subnetEmpty("-" + subnetId, subnetId, "Subnet " + subnetId);
  }

  private static Alarm subnetEmpty(String suffix, String subnetId, String subject) {
    return new Alarm(
        "subnet-empty" + suffix,
        PAGE,
        Formula.of(freeAddresses(subnetId)),
        BELOW,
        SUBNET_FREE,
        new Evaluation(3, 5, MISSING),
        Optional.empty(),
        new Text(
            subject + " is empty",
            "Nodes in %s get no more addresses. Soon new pods on these nodes cannot start."
                    .formatted(subnetId)
                + " Free addresses in the subnet, or add a subnet.",
            List.of(MetricCatalog.NO_ADDRESS_MINUTES),
            List.of(Cause.NO_ADDRESS_IN_SUBNET.finding(), Cause.NO_PREFIX_IN_SUBNET.finding())));
  }

  /** Like {@link #subnetEmpty(String)}. */
  static Alarm subnetEmptySoon(String subnetId) {
    return subnetEmptySoon("-" + subnetId, subnetId, "Subnet " + subnetId);
  }

  /**
   * A single fall, for example when nodes start, is not a trend. Therefore free addresses must fall
   * in four of five periods. A period has five minutes, because nodes take addresses in blocks, and
   * because in small clusters there are minutes without a value. The threshold is an hour plus 30
   * minutes, because the oldest evaluated value can be 30 minutes old.
   */
  private static Alarm subnetEmptySoon(String suffix, String subnetId, String subject) {
    return new Alarm(
        "subnet-empty-soon" + suffix,
        TICKET,
        Formula.minutesUntilZero(freeAddresses(subnetId)),
        BELOW,
        Threshold.fixed(90),
        new Evaluation(4, 5, 5, NOT_BREACHING),
        Optional.empty(),
        new Text(
            subject + " will be empty within an hour",
            "The free addresses in %s fall.".formatted(subnetId)
                + " At the present rate the subnet is empty in less than an hour. Then nodes get no"
                + " more addresses. Free addresses in the subnet, or add a subnet.",
            List.of(),
            List.of(Cause.NO_ADDRESS_IN_SUBNET.finding())));
  }

  private static ClusterSeries freeAddresses(String subnetId) {
    return new ClusterSeries(
        MetricCatalog.SUBNET_FREE_IPS, ClusterStatistic.MINIMUM, Optional.of(subnetId));
  }

  /** The text of the composite alarm, which combines all alarms of severity page. */
  public static final Text CANNOT_START =
      new Text(
          "Pods cannot start",
          "Pods get no address, ipamD is down or in a crash loop, or a subnet is empty. See which"
              + " of these alarms is on, and read its description.",
          List.of(
              MetricCatalog.NO_ADDRESS_MINUTES,
              MetricCatalog.IPAMD_DOWN_MINUTES,
              MetricCatalog.IPAMD_RECENT_RESTARTS),
          List.of("refused-pods", "introspection", "ipamd-restarts"));
}
