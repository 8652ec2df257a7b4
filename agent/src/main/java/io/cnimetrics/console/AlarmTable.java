package io.cnimetrics.console;

import static io.cnimetrics.console.Alarm.Comparison.ABOVE;
import static io.cnimetrics.console.Alarm.Comparison.AT_LEAST;
import static io.cnimetrics.console.Alarm.Comparison.BELOW;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.BREACHING;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.MISSING;
import static io.cnimetrics.console.Alarm.Evaluation.Missing.NOT_BREACHING;
import static io.cnimetrics.console.Alarm.Severity.PAGE;
import static io.cnimetrics.console.Alarm.Severity.TICKET;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.Alarm.Evaluation;
import io.cnimetrics.console.Alarm.Switch;
import io.cnimetrics.console.Alarm.Text;
import io.cnimetrics.console.Alarm.Threshold;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All alarms. Those that page use durations that each node measures for itself, so that short
 * failures on one node after another (a roll, lost spot instances, an upgrade) cause no page.
 */
public final class AlarmTable {
  static final Alarm NO_ADDRESS =
      new Alarm(
          "PodsGetNoAddress",
          "pods-get-no-address",
          PAGE,
          Formula.of(ClusterStatistic.MAXIMUM, MetricCatalog.NO_ADDRESS_MINUTES),
          AT_LEAST,
          Threshold.of(
              "NoAddressMinutes", 3, 1, 60, "Minutes for which a node has refused pods an address"),
          new Evaluation(1, 1, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "Pods get no address",
              "On at least one node the VPC CNI refuses pods an address; they stay in"
                  + " ContainerCreating. First check whether the subnet is empty or EC2 denies"
                  + " calls.",
              List.of(MetricCatalog.NO_ADDRESS_MINUTES),
              List.of("refused-pods", "ec2-no-addresses", "ec2-denied", "node-full")));

  static final Alarm IPAMD_DOWN =
      new Alarm(
          "IpamdDown",
          "ipamd-down",
          PAGE,
          Formula.of(ClusterStatistic.MAXIMUM, MetricCatalog.IPAMD_DOWN_MINUTES),
          AT_LEAST,
          Threshold.of(
              "IpamdDownMinutes", 5, 1, 60, "Minutes for which a node's ipamD has been down"),
          new Evaluation(1, 1, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "ipamD is down on a node",
              "The node's aws-node pod does not answer, so no new pod starts there. Check that"
                  + " pod's state, restarts and log.",
              List.of(MetricCatalog.IPAMD_DOWN_MINUTES),
              List.of("introspection", "ipamd-restarts")));

  static final Threshold SUBNET_FREE =
      Threshold.of(
          "SubnetFreeAddresses",
          16,
          1,
          10_000,
          "Free addresses below which a subnet counts as empty");

  static final Alarm NO_DATA =
      new Alarm(
          "NoData",
          "no-data",
          TICKET,
          Formula.of(ClusterStatistic.NODES, MetricCatalog.IPAMD_UP),
          BELOW,
          Threshold.fixed(1),
          new Evaluation(15, 15, BREACHING),
          Optional.of(new Switch("NoDataAlarm", true, "Off for clusters that scale to zero")),
          new Text(
              "No node reports",
              "No agent has reported for 15 minutes: the other alarms have no data. Check that the"
                  + " agents' pods run and are ready; their log reports missing permissions and"
                  + " failed requests to CloudWatch. For a cluster that scales to zero, switch this"
                  + " alarm off.",
              List.of(),
              List.of("cluster-name", "region", "java-agent")));

  static final Alarm WARM_POOL_EMPTY =
      new Alarm(
          "WarmPoolEmpty",
          "warm-pool-empty",
          TICKET,
          Formula.of(ClusterStatistic.MAXIMUM, MetricCatalog.WARM_POOL_EMPTY_MINUTES),
          AT_LEAST,
          Threshold.of(
              "WarmPoolEmptyMinutes",
              10,
              1,
              240,
              "Minutes for which a node's pool has been empty though it may grow"),
          new Evaluation(1, 1, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "A warm pool is empty though it may grow",
              "A node has no address left for the next pod and gets none from EC2, though its"
                  + " limits allow more. Check the EC2 errors and the free addresses of its"
                  + " subnet.",
              List.of(MetricCatalog.WARM_POOL_EMPTY_MINUTES),
              List.of("warm-pool", "ec2-no-addresses", "ec2-denied", "ec2-throttled")));

  static final Alarm LOST_ADDRESS =
      new Alarm(
          "PodsLostAddress",
          "pods-lost-address",
          TICKET,
          Formula.sum(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI),
          ABOVE,
          Threshold.fixed(0),
          new Evaluation(1, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "Pods lost their address",
              "Addresses or an ENI of running pods were removed. These pods cannot be reached until"
                  + " they are replaced. Find out what removed them: a script, a person, another"
                  + " controller (CloudTrail: DetachNetworkInterface, UnassignPrivateIpAddresses).",
              List.of(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI),
              List.of("forced-removals", "instance-enis")));

  static final Alarm DENIED =
      new Alarm(
          "Ec2Denies",
          "ec2-denies",
          TICKET,
          Formula.of(ClusterStatistic.SUM, MetricCatalog.AWS_API_DENIED_ERR),
          ABOVE,
          Threshold.fixed(0),
          new Evaluation(5, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "EC2 denies calls of ipamD",
              "The role of aws-node lacks permissions that ipamD needs, so pools cannot grow. Check"
                  + " the policy AmazonEKS_CNI_Policy on that role, and recent changes to it.",
              List.of(MetricCatalog.AWS_API_ERR),
              List.of("ec2-denied")));

  static final Alarm THROTTLED =
      new Alarm(
          "Ec2Throttles",
          "ec2-throttles",
          TICKET,
          Formula.percent(MetricCatalog.AWS_API_THROTTLE_ERR, MetricCatalog.EC2_API_REQ_COUNT),
          ABOVE,
          Threshold.of(
              "ThrottledPercent", 5, 1, 100, "Percent of ipamD's requests that EC2 throttles"),
          new Evaluation(5, 15, NOT_BREACHING),
          Optional.empty(),
          new Text(
              "EC2 throttles ipamD",
              "The account sends EC2 too many requests, so pools grow late. Check churn: fewer,"
                  + " larger steps (prefixes, WARM_IP_TARGET with MINIMUM_IP_TARGET) need fewer"
                  + " calls; other tools in the account share the limit.",
              List.of(MetricCatalog.AWS_API_ERR),
              List.of("ec2-throttled")));

  static final Alarm NEARLY_FULL =
      new Alarm(
          "NodesNearlyFull",
          "nodes-nearly-full",
          TICKET,
          Formula.of(ClusterStatistic.P90, MetricCatalog.NODE_IP_UTILIZATION),
          AT_LEAST,
          Threshold.of(
              "NodesFullPercent", 90, 1, 100, "Percent of a node's effective maximum that is full"),
          new Evaluation(15, 25, MISSING),
          Optional.of(
              new Switch(
                  "NodesNearlyFullAlarm", false, "Off where nodes are packed full on purpose")),
          new Text(
              "One node in ten is nearly full",
              "The fullest tenth of the nodes uses nearly all addresses that it can ever have."
                  + " Check whether the cluster can scale out, or give nodes more addresses"
                  + " (prefixes, larger instances).",
              List.of(MetricCatalog.NODE_IP_UTILIZATION),
              List.of("node-full", "max-pods")));

  /** The alarms that page and need no list of subnets. */
  static final List<Alarm> PAGES = List.of(NO_ADDRESS, IPAMD_DOWN);

  static final List<Alarm> TICKETS =
      List.of(NO_DATA, WARM_POOL_EMPTY, LOST_ADDRESS, DENIED, THROTTLED, NEARLY_FULL);

  /** The placeholder for the alarm of each subnet. */
  static final Alarm SUBNET_EMPTY = subnetEmpty("SubnetEmpty", "a subnet", "A subnet is empty");

  private AlarmTable() {}

  /** Every alarm once, in the order of the template. */
  public static List<Alarm> all() {
    return Stream.of(PAGES, List.of(SUBNET_EMPTY), TICKETS).flatMap(List::stream).toList();
  }

  /** The alarm of one subnet, the n-th. */
  static Alarm subnetEmpty(int n, String subnetId) {
    return subnetEmpty("SubnetEmpty" + n, subnetId, "Subnet %s is empty".formatted(subnetId));
  }

  private static Alarm subnetEmpty(String id, String subnetId, String title) {
    ClusterSeries free =
        new ClusterSeries(
            MetricCatalog.SUBNET_FREE_IPS, ClusterStatistic.MINIMUM, Optional.of(subnetId));
    return new Alarm(
        id,
        "subnet-empty-" + subnetId,
        PAGE,
        Formula.of(free),
        BELOW,
        SUBNET_FREE,
        new Evaluation(3, 5, MISSING),
        Optional.empty(),
        new Text(
            title,
            "Nodes in %s get no more addresses; soon, new pods there cannot start."
                    .formatted(subnetId)
                + " Free addresses in it, or add a subnet (custom networking, subnet discovery).",
            List.of(MetricCatalog.NO_ADDRESS_MINUTES),
            List.of("ec2-no-addresses", "ec2-no-prefixes")));
  }

  /** The text of the composite alarm over all conditions that page. */
  public static final Text CANNOT_START =
      new Text(
          "Pods cannot start",
          "Pods get no address, ipamD is down on a node, or a subnet is empty. See which of the"
              + " alarms below is on; its description has the next steps.",
          List.of(MetricCatalog.NO_ADDRESS_MINUTES, MetricCatalog.IPAMD_DOWN_MINUTES),
          List.of("refused-pods", "introspection", "ec2-no-addresses"));
}
