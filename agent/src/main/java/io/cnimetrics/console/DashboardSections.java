package io.cnimetrics.console;

import static io.cnimetrics.console.ClusterStatistic.AVERAGE;
import static io.cnimetrics.console.ClusterStatistic.MAXIMUM;
import static io.cnimetrics.console.ClusterStatistic.NODES;
import static io.cnimetrics.console.ClusterStatistic.NODES_ABOVE_ZERO;
import static io.cnimetrics.console.ClusterStatistic.P90;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.DashboardBody.Cluster;
import io.cnimetrics.console.DashboardWidget.Graph;
import io.cnimetrics.console.DashboardWidget.Line;
import io.cnimetrics.console.DashboardWidget.Subnets;
import java.util.List;

/** The sections of one cluster, in the order in which a person on call needs them. */
final class DashboardSections {
  private static final String MINUTES = "minutes";
  private static final String PER_MINUTE = "per minute";

  private final Cluster cluster;
  private final DashboardGrid grid;

  DashboardSections(Cluster cluster, DashboardGrid grid) {
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
        graph(
                "Pods refused: for how long, worst node",
                MINUTES,
                worst(MetricCatalog.NO_ADDRESS_MINUTES))
            .limits(AlarmTable.NO_ADDRESS),
        graph("Pods refused: on how many nodes", "nodes", line("nodes", refusing().perMinute())),
        graph(
            "Pod requests refused: no address",
            PER_MINUTE,
            perMinute("requests", MetricCatalog.NO_AVAILABLE_IP_ADDRS)),
        graph(
                "Warm pool empty: for how long, worst node",
                MINUTES,
                worst(MetricCatalog.WARM_POOL_EMPTY_MINUTES))
            .limits(AlarmTable.WARM_POOL_EMPTY));
  }

  private static Formula refusing() {
    return Formula.of(NODES_ABOVE_ZERO, MetricCatalog.NO_ADDRESS_MINUTES);
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
        graph(
                "ipamD down: for how long, worst node",
                MINUTES,
                worst(MetricCatalog.IPAMD_DOWN_MINUTES))
            .limits(AlarmTable.IPAMD_DOWN),
        graph(
                "Nodes",
                "nodes",
                line("reporting", Formula.of(NODES, MetricCatalog.IPAMD_UP).perMinute()),
                line("with ipamD down", Formula.nodesAtZero(MetricCatalog.IPAMD_UP).perMinute()))
            .limits(AlarmTable.NO_DATA),
        graph(
            "Starts and restarts",
            PER_MINUTE,
            line("ipamD restarts", total(MetricCatalog.IPAMD_RESTARTS).perMinute().marks()),
            line("agent starts", total(MetricCatalog.AGENT_STARTS).perMinute().marks())));
  }

  private void errors() {
    grid.text(3, DashboardTexts.ERRORS);
    grid.row(
        graph(
                "Failed calls to AWS, by cause",
                PER_MINUTE,
                perMinute("no address in the subnet", MetricCatalog.AWS_API_NO_ADDRESS_ERR),
                perMinute("throttled", MetricCatalog.AWS_API_THROTTLE_ERR),
                perMinute("denied", MetricCatalog.AWS_API_DENIED_ERR),
                line("others", otherCauses().perMinute()))
            .asStacked()
            .limits(AlarmTable.DENIED),
        graph(
                "EC2 error rate",
                "percent of requests",
                line(
                    "failed",
                    Formula.percent(
                        MetricCatalog.EC2_API_ERR_COUNT, MetricCatalog.EC2_API_REQ_COUNT)),
                line(
                    "throttled",
                    Formula.percent(
                        MetricCatalog.AWS_API_THROTTLE_ERR, MetricCatalog.EC2_API_REQ_COUNT)))
            .limits(AlarmTable.THROTTLED),
        graph(
            "Latency of calls to AWS",
            "milliseconds",
            line("mean node", Formula.of(AVERAGE, MetricCatalog.AWS_API_LATENCY)),
            line("worst node", Formula.of(MAXIMUM, MetricCatalog.AWS_API_LATENCY))),
        graph(
            "Errors in ipamD",
            PER_MINUTE,
            perMinute("ipamD", MetricCatalog.IPAMD_ERR),
            perMinute("handling of AWS", MetricCatalog.AWS_UTIL_ERR),
            perMinute("ENIs of single pods", MetricCatalog.POD_ENI_ERR)));
  }

  private static Formula otherCauses() {
    return Formula.rest(
        MetricCatalog.AWS_API_ERR,
        MetricCatalog.AWS_API_NO_ADDRESS_ERR,
        MetricCatalog.AWS_API_THROTTLE_ERR,
        MetricCatalog.AWS_API_DENIED_ERR);
  }

  private void howFull() {
    grid.text(3, DashboardTexts.HOW_FULL);
    grid.row(
        graph(
            "Addresses",
            "addresses",
            perMinute("assigned to pods", MetricCatalog.ASSIGN_IP_ADDRESSES),
            perMinute("total on ENIs", MetricCatalog.TOTAL_IP_ADDRESSES),
            perMinute("effective maximum", MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES)),
        graph(
                "Utilisation of nodes",
                "percent of the effective maximum",
                line("mean node", Formula.of(AVERAGE, MetricCatalog.NODE_IP_UTILIZATION)),
                line("p90", Formula.of(P90, MetricCatalog.NODE_IP_UTILIZATION)),
                line("fullest node", Formula.of(MAXIMUM, MetricCatalog.NODE_IP_UTILIZATION)))
            .limits(AlarmTable.NEARLY_FULL),
        graph(
                "Free addresses on nodes",
                "addresses",
                perMinute("available now", MetricCatalog.AVAILABLE_IP_ADDRESSES),
                perMinute("cooling", MetricCatalog.COOLING_IP_ADDRESSES))
            .asStacked());
  }

  private void enis() {
    grid.text(3, DashboardTexts.ENIS);
    grid.row(
        graph(
            "ENIs",
            "ENIs",
            perMinute("attached", MetricCatalog.ENI_ALLOCATED),
            perMinute("possible", MetricCatalog.ENI_MAX_AVAILABLE)),
        graph(
            "IPv4 prefixes",
            "prefixes",
            perMinute("/28 prefixes", MetricCatalog.TOTAL_IPV4_PREFIXES)));
  }

  private void churn() {
    grid.text(3, DashboardTexts.CHURN);
    grid.row(
        graph(
            "Addresses requested and released",
            PER_MINUTE,
            perMinute("requested", MetricCatalog.ADD_REQ_COUNT),
            perMinute("released", MetricCatalog.DEL_REQ_COUNT)),
        graph(
            "Operations of ipamD",
            PER_MINUTE,
            perMinute("requests to EC2", MetricCatalog.EC2_API_REQ_COUNT),
            perMinute("pool corrections", MetricCatalog.RECONCILE_COUNT),
            perMinute("changes in progress", MetricCatalog.IPAMD_ACTION_IN_PROGRESS)),
        graph(
                "Removed from running pods",
                PER_MINUTE,
                line(
                    "addresses and ENIs",
                    Formula.sum(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI)
                        .perMinute()))
            .limits(AlarmTable.LOST_ADDRESS));
  }

  private static Graph graph(String title, String unit, Line... lines) {
    return new Graph(title, unit, false, List.of(lines), List.of());
  }

  private Line worst(Metric metric) {
    return line("worst node", Formula.of(MAXIMUM, metric));
  }

  private Line perMinute(String label, Metric metric) {
    return line(label, total(metric).perMinute());
  }

  private static Formula total(Metric metric) {
    return Formula.of(ClusterSeries.sum(metric));
  }

  private Line line(String label, Formula formula) {
    return new Line(label, formula, cluster);
  }
}
