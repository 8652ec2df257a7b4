package io.cnimetrics.console;

import static io.cnimetrics.console.ClusterStatistic.AVERAGE;
import static io.cnimetrics.console.ClusterStatistic.MAXIMUM;
import static io.cnimetrics.console.ClusterStatistic.NODES;
import static io.cnimetrics.console.ClusterStatistic.NODES_ABOVE_ZERO;
import static io.cnimetrics.console.ClusterStatistic.P90;

import io.cnimetrics.console.DashboardWidget.Graph;
import io.cnimetrics.console.DashboardWidget.Subnets;
import java.util.List;

/** The sections of one cluster, in the order in which a person on call needs them. */
final class DashboardSections {
  private static final String MINUTES = "minutes";
  private static final String PER_MINUTE = "per minute";

  private final DashboardCluster cluster;
  private final DashboardGrid grid;

  DashboardSections(DashboardCluster cluster, DashboardGrid grid) {
    this.cluster = cluster;
    this.grid = grid;
  }

  void addAll(boolean subnets) {
    refused();
    if (subnets) {
      subnets();
    }
    ipamd();
    errors();
    howFull();
    enis();
    churn();
  }

  private void refused() {
    grid.text(3, DashboardTexts.REFUSED);
    grid.row(
        graph("Pods refused: for how long, worst node", MINUTES, worst("noAddressMinutes"))
            .limits(AlarmTable.NO_ADDRESS),
        graph("Pods refused: on how many nodes", "nodes", line("nodes", refusing().perMinute())),
        graph(
            "Pod requests refused: no address",
            PER_MINUTE,
            perMinute("requests", "noAvailableIPAddrs")),
        graph("Warm pool empty: for how long, worst node", MINUTES, worst("warmPoolEmptyMinutes"))
            .limits(AlarmTable.WARM_POOL_EMPTY));
  }

  private static Formula refusing() {
    return Formula.of(NODES_ABOVE_ZERO, "noAddressMinutes");
  }

  private void subnets() {
    grid.text(3, DashboardTexts.SUBNETS);
    grid.row(
        new Subnets("Free addresses of subnets, lowest first", cluster, false),
        new Subnets("Free addresses now", cluster, true));
  }

  private void ipamd() {
    grid.text(3, DashboardTexts.IPAMD);
    grid.row(
        graph("ipamD down: for how long, worst node", MINUTES, worst("ipamdDownMinutes"))
            .limits(AlarmTable.IPAMD_DOWN),
        graph(
                "Nodes",
                "nodes",
                line("reporting", Formula.of(NODES, "ipamdUp").perMinute()),
                line("with ipamD down", Formula.nodesAtZero("ipamdUp").perMinute()))
            .limits(AlarmTable.NO_DATA),
        graph(
            "Starts and restarts",
            PER_MINUTE,
            line("ipamD restarts", total("ipamdRestarts").perMinute().marks()),
            line("agent starts", total("agentStarts").perMinute().marks())));
  }

  private void errors() {
    grid.text(3, DashboardTexts.ERRORS);
    grid.row(
        graph(
                "Failed calls to AWS, by cause",
                PER_MINUTE,
                perMinute("no address in the subnet", "awsAPINoAddressErr"),
                perMinute("throttled", "awsAPIThrottleErr"),
                perMinute("denied", "awsAPIDeniedErr"),
                line("others", otherCauses().perMinute()))
            .asStacked()
            .limits(AlarmTable.DENIED),
        graph(
                "EC2 error rate",
                "percent of requests",
                line("failed", Formula.percent("ec2ApiErrCount", "ec2ApiReqCount")),
                line("throttled", Formula.percent("awsAPIThrottleErr", "ec2ApiReqCount")))
            .limits(AlarmTable.THROTTLED),
        graph(
            "Latency of calls to AWS",
            "milliseconds",
            line("mean node", Formula.of(AVERAGE, "awsAPILatency")),
            line("worst node", Formula.of(MAXIMUM, "awsAPILatency"))),
        graph(
            "Errors in ipamD",
            PER_MINUTE,
            perMinute("ipamD", "ipamdErr"),
            perMinute("handling of AWS", "awsUtilErr"),
            perMinute("ENIs of single pods", "podENIErr")));
  }

  private static Formula otherCauses() {
    return Formula.rest("awsAPIErr", "awsAPINoAddressErr", "awsAPIThrottleErr", "awsAPIDeniedErr");
  }

  private void howFull() {
    grid.text(3, DashboardTexts.HOW_FULL);
    grid.row(
        graph(
            "Addresses",
            "addresses",
            perMinute("assigned to pods", "assignIPAddresses"),
            perMinute("total on ENIs", "totalIPAddresses"),
            perMinute("effective maximum", "effectiveMaxIPAddresses")),
        graph(
                "Utilisation of nodes",
                "percent of the effective maximum",
                line("mean node", Formula.of(AVERAGE, "nodeIPUtilization")),
                line("p90", Formula.of(P90, "nodeIPUtilization")),
                line("fullest node", Formula.of(MAXIMUM, "nodeIPUtilization")))
            .limits(AlarmTable.NEARLY_FULL),
        graph(
                "Free addresses on nodes",
                "addresses",
                perMinute("available now", "availableIPAddresses"),
                perMinute("cooling", "coolingIPAddresses"))
            .asStacked());
  }

  private void enis() {
    grid.text(3, DashboardTexts.ENIS);
    grid.row(
        graph(
            "ENIs",
            "ENIs",
            perMinute("attached", "eniAllocated"),
            perMinute("possible", "eniMaxAvailable")),
        graph("IPv4 prefixes", "prefixes", perMinute("/28 prefixes", "totalIPv4Prefixes")));
  }

  private void churn() {
    grid.text(3, DashboardTexts.CHURN);
    grid.row(
        graph(
            "Addresses requested and released",
            PER_MINUTE,
            perMinute("requested", "addReqCount"),
            perMinute("released", "delReqCount")),
        graph(
            "Operations of ipamD",
            PER_MINUTE,
            perMinute("requests to EC2", "ec2ApiReqCount"),
            perMinute("pool corrections", "reconcileCount"),
            perMinute("changes in progress", "ipamdActionInProgress")),
        graph(
                "Removed from running pods",
                PER_MINUTE,
                line(
                    "addresses and ENIs",
                    Formula.sum("forceRemoveIPs", "forceRemoveENI").perMinute()))
            .limits(AlarmTable.LOST_ADDRESS));
  }

  private static Graph graph(String title, String unit, DashboardLine... lines) {
    return new Graph(title, unit, false, List.of(lines), List.of());
  }

  private DashboardLine worst(String metric) {
    return line("worst node", Formula.of(MAXIMUM, metric));
  }

  private DashboardLine perMinute(String label, String metric) {
    return line(label, total(metric).perMinute());
  }

  private static Formula total(String metric) {
    return Formula.of(ClusterSeries.sum(metric));
  }

  private DashboardLine line(String label, Formula formula) {
    return new DashboardLine(label, formula, cluster);
  }
}
