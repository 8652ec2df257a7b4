package io.cnimetrics.console;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.console.ClusterSeries.ClusterStatistic;
import io.cnimetrics.console.DashboardBody.Cluster;
import java.util.ArrayList;
import java.util.List;

/** The sections of one cluster, in the order in which a person on call needs them. */
record DashboardSections(Cluster cluster) {
  private static final String MINUTES = "minutes";
  private static final String PER_MINUTE = "per minute";

  private static final String WORST_NODE = "worst node";
  private static final Formula FREE =
      Formula.of(ClusterStatistic.MINIMUM, MetricCatalog.SUBNET_FREE_IPS);

  /**
   * A question of the person on call, with the graphs that answer it.
   *
   * @param text Markdown that explains the graphs and names the remedies
   * @param graphs one row
   */
  record Section(String title, String text, List<DashboardGraph> graphs) {}

  /** Graphs that compare clusters, to show which cluster has a problem. */
  static List<DashboardGraph> overview(List<Cluster> clusters) {
    Formula refused = worst(MetricCatalog.NO_ADDRESS_MINUTES);
    Formula down = worst(MetricCatalog.IPAMD_DOWN_MINUTES);
    Formula fullest = worst(MetricCatalog.NODE_IP_UTILIZATION);
    return List.of(
        compared(clusters, "How long pods are refused", MINUTES, refused)
            .limit(AlarmTable.NO_ADDRESS),
        compared(clusters, "How long ipamD is down", MINUTES, down).limit(AlarmTable.IPAMD_DOWN),
        compared(clusters, "Nodes that report", "nodes", reporting()),
        compared(clusters, "Fullest node", "percent of its effective maximum", fullest));
  }

  private static DashboardGraph compared(
      List<Cluster> clusters, String title, String unit, Formula formula) {
    DashboardGraph graph = new DashboardGraph(clusters.get(0), title, unit);
    for (Cluster each : clusters) {
      String account = each.accountId().map(id -> " " + id).orElse("");
      graph = graph.line(each.clusterId() + " " + each.region() + account, formula, each);
    }
    return graph;
  }

  /** The nodes with the longest trouble. Only PromQL can name the nodes. */
  List<DashboardGraph> worstNodes() {
    return List.of(
        watched("Pods refused for", MINUTES, AlarmTable.NO_ADDRESS),
        watched("ipamD down for", MINUTES, AlarmTable.IPAMD_DOWN),
        watched("ipamD restarts in 15 minutes", "restarts", AlarmTable.CRASH_LOOP),
        watched("Warm pool empty for", MINUTES, AlarmTable.WARM_POOL_EMPTY));
  }

  /** Rows of tables that compare all clusters. */
  List<List<DashboardGraph>> clusters(boolean withSubnets) {
    List<DashboardGraph> use = new ArrayList<>(List.of(fullestNodes()));
    if (withSubnets) {
      use.add(freeOfSubnets("Free addresses of subnets"));
    }
    return List.of(worstNodes(), use);
  }

  /** The nodes with the highest use. Full nodes can be intended. */
  DashboardGraph fullestNodes() {
    return graph("Utilisation", "percent of the effective maximum")
        .line(WORST_NODE, worst(MetricCatalog.NODE_IP_UTILIZATION))
        .limit(AlarmTable.NEARLY_FULL);
  }

  List<Section> all(boolean withSubnets) {
    List<Section> all =
        new ArrayList<>(List.of(refused(), ipamd(), errors(), howFull(), enis(), churn()));
    if (withSubnets) {
      all.add(1, subnets());
    }
    return all;
  }

  private Section refused() {
    return section(
        "Does ipamD refuse pods an address?",
        DashboardTexts.REFUSED,
        watched("How long pods are refused", MINUTES, AlarmTable.NO_ADDRESS),
        graph("Nodes that refuse pods", "nodes").line("nodes", refusing().perMinute()),
        graph("Pods refused, by cause", PER_MINUTE)
            .perMinute("no address available", MetricCatalog.NO_AVAILABLE_IP_ADDRS)
            .perMinute("instance metadata away", MetricCatalog.AWS_API_METADATA_ERR)
            .stacked(),
        watched("How long a warm pool is empty", MINUTES, AlarmTable.WARM_POOL_EMPTY));
  }

  private static Formula refusing() {
    return Formula.of(ClusterStatistic.NODES_ABOVE_ZERO, MetricCatalog.NO_ADDRESS_MINUTES);
  }

  private Section subnets() {
    return section(
        "Free addresses of subnets",
        DashboardTexts.SUBNETS,
        freeOfSubnets("Free addresses of subnets, lowest first"),
        graph("Free addresses now", "addresses").line("subnet", FREE).now());
  }

  private DashboardGraph freeOfSubnets(String title) {
    return graph(title, "addresses").line("subnet", FREE).limit(AlarmTable.SUBNET_EMPTY);
  }

  private Section ipamd() {
    return section(
        "Is ipamD up, and do nodes report?",
        DashboardTexts.IPAMD,
        watched("How long ipamD is down", MINUTES, AlarmTable.IPAMD_DOWN),
        graph("Nodes", "nodes")
            .line("nodes that report", reporting())
            .line("nodes with ipamD down", Formula.nodesAtZero(MetricCatalog.IPAMD_UP).perMinute())
            .limit(AlarmTable.NO_DATA),
        watched("Restarts of ipamD in 15 minutes", "restarts", AlarmTable.CRASH_LOOP),
        graph("Starts and restarts", PER_MINUTE)
            .line("ipamD restarts", marks(MetricCatalog.IPAMD_RESTARTS))
            .line("agent starts", marks(MetricCatalog.AGENT_STARTS)));
  }

  private static Formula marks(Metric metric) {
    return Formula.total(metric).perMinute().marks();
  }

  private Section errors() {
    return section(
        "Which errors does EC2 return?",
        DashboardTexts.ERRORS,
        graph("Failed calls to AWS, by cause", PER_MINUTE)
            .perMinute("no address in the subnet", MetricCatalog.AWS_API_NO_ADDRESS_ERR)
            .perMinute("throttled", MetricCatalog.AWS_API_THROTTLE_ERR)
            .perMinute("denied", MetricCatalog.AWS_API_DENIED_ERR)
            .perMinute("instance metadata away", MetricCatalog.AWS_API_METADATA_ERR)
            .line("other causes", otherCauses().perMinute())
            .stacked()
            .limit(AlarmTable.DENIED),
        graph("EC2 error rate", "percent of requests")
            .line("failed", ofRequests(MetricCatalog.EC2_API_ERR_COUNT))
            .line("throttled", ofRequests(MetricCatalog.AWS_API_THROTTLE_ERR))
            .limit(AlarmTable.THROTTLED),
        graph("Latency of calls to AWS", "milliseconds")
            .line("mean of nodes", mean(MetricCatalog.AWS_API_LATENCY))
            .line(WORST_NODE, worst(MetricCatalog.AWS_API_LATENCY)),
        graph("Errors in ipamD", PER_MINUTE)
            .perMinute("ipamD", MetricCatalog.IPAMD_ERR)
            .perMinute("code that uses AWS", MetricCatalog.AWS_UTIL_ERR)
            .perMinute("ENIs of single pods", MetricCatalog.POD_ENI_ERR));
  }

  private static Formula otherCauses() {
    return Formula.rest(
        MetricCatalog.AWS_API_ERR,
        MetricCatalog.AWS_API_NO_ADDRESS_ERR,
        MetricCatalog.AWS_API_THROTTLE_ERR,
        MetricCatalog.AWS_API_DENIED_ERR,
        MetricCatalog.AWS_API_METADATA_ERR);
  }

  private static Formula ofRequests(Metric errors) {
    return Formula.percent(errors, MetricCatalog.EC2_API_REQ_COUNT);
  }

  private Section howFull() {
    return section(
        "How full are the nodes?",
        DashboardTexts.HOW_FULL,
        graph("Addresses", "addresses")
            .perMinute("assigned to pods", MetricCatalog.ASSIGN_IP_ADDRESSES)
            .perMinute("total on ENIs", MetricCatalog.TOTAL_IP_ADDRESSES)
            .perMinute("effective maximum", MetricCatalog.EFFECTIVE_MAX_IP_ADDRESSES),
        graph("Utilisation of nodes", "percent of the effective maximum")
            .line("mean of nodes", mean(MetricCatalog.NODE_IP_UTILIZATION))
            .line(
                "90th percentile of nodes",
                Formula.of(ClusterStatistic.P90, MetricCatalog.NODE_IP_UTILIZATION))
            .line("fullest node", worst(MetricCatalog.NODE_IP_UTILIZATION))
            .limit(AlarmTable.NEARLY_FULL),
        graph("Free addresses on nodes", "addresses")
            .perMinute("available now", MetricCatalog.AVAILABLE_IP_ADDRESSES)
            .perMinute("cooling", MetricCatalog.COOLING_IP_ADDRESSES)
            .stacked());
  }

  private Section enis() {
    return section(
        "ENIs",
        DashboardTexts.ENIS,
        graph("ENIs", "ENIs")
            .perMinute("attached", MetricCatalog.ENI_ALLOCATED)
            .perMinute("possible", MetricCatalog.ENI_MAX_AVAILABLE),
        graph("IPv4 prefixes", "prefixes")
            .perMinute("/28 prefixes", MetricCatalog.TOTAL_IPV4_PREFIXES));
  }

  private Section churn() {
    Formula removed = Formula.sum(MetricCatalog.FORCE_REMOVE_IPS, MetricCatalog.FORCE_REMOVE_ENI);
    return section(
        "Churn",
        DashboardTexts.CHURN,
        graph("Addresses requested and released", PER_MINUTE)
            .perMinute("requested", MetricCatalog.ADD_REQ_COUNT)
            .perMinute("released", MetricCatalog.DEL_REQ_COUNT),
        graph("Operations of ipamD", PER_MINUTE)
            .perMinute("requests to EC2", MetricCatalog.EC2_API_REQ_COUNT)
            .perMinute("pool corrections", MetricCatalog.POOL_CORRECTIONS)
            .perMinute("changes in progress", MetricCatalog.IPAMD_ACTION_IN_PROGRESS),
        graph("Removed from running pods", PER_MINUTE)
            .line("addresses and ENIs", removed.perMinute())
            .limit(AlarmTable.LOST_ADDRESS));
  }

  private static Section section(String title, String text, DashboardGraph... graphs) {
    return new Section(title, text, List.of(graphs));
  }

  /** A graph of the value that an alarm watches, with the threshold of the alarm. */
  private DashboardGraph watched(String title, String unit, Alarm alarm) {
    return graph(title, unit).line(WORST_NODE, alarm.formula()).limit(alarm);
  }

  private DashboardGraph graph(String title, String unit) {
    return new DashboardGraph(cluster, title, unit);
  }

  private static Formula reporting() {
    return Formula.of(ClusterStatistic.NODES, MetricCatalog.IPAMD_UP).perMinute();
  }

  private static Formula worst(Metric metric) {
    return Formula.of(ClusterStatistic.MAXIMUM, metric);
  }

  private static Formula mean(Metric metric) {
    return Formula.of(ClusterStatistic.AVERAGE, metric);
  }
}
