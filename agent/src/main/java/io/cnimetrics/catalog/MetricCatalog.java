package io.cnimetrics.catalog;

import static io.cnimetrics.catalog.Metric.MinuteAggregation.LAST;
import static io.cnimetrics.catalog.Metric.Statistic.AVERAGE;
import static io.cnimetrics.catalog.Metric.Statistic.MAXIMUM;
import static io.cnimetrics.catalog.Metric.Statistic.MINIMUM;
import static io.cnimetrics.catalog.Metric.Statistic.SUM;
import static io.cnimetrics.catalog.Metric.Unit.COUNT;
import static io.cnimetrics.catalog.Metric.Unit.MILLISECONDS;
import static io.cnimetrics.catalog.Metric.Unit.MINUTES;
import static io.cnimetrics.catalog.Metric.Unit.PERCENT;

import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.capacity.NodeCapacity;
import io.cnimetrics.catalog.Computation.AgentStart;
import io.cnimetrics.catalog.Computation.Derived;
import io.cnimetrics.catalog.Computation.FromCounter;
import io.cnimetrics.catalog.Computation.FromGauge;
import io.cnimetrics.catalog.Computation.FromLists;
import io.cnimetrics.catalog.Computation.FromSummary;
import io.cnimetrics.catalog.Computation.OfSubnet;
import io.cnimetrics.catalog.Computation.Restarts;
import io.cnimetrics.catalog.Metric.MinuteAggregation;
import io.cnimetrics.catalog.Metric.Statistic;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdError;
import io.cnimetrics.snapshot.NodeSnapshot;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Subnet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of all metrics, in the order in which outputs show the metrics. Every other list of
 * metrics is derived from this table. Therefore a new metric needs only one new constant here.
 */
public final class MetricCatalog {
  static final Series ENI_MAX = Series.of("awscni_eni_max");
  static final Series IP_MAX = Series.of("awscni_ip_max");
  static final Series NO_AVAILABLE_ADDRESS = Series.of("awscni_no_available_ip_addresses");

  /** The dimension that subnet metrics have in addition to {@code CLUSTER_ID}. */
  public static final String SUBNET_DIMENSION = "SubnetId";

  private static final FromLists ASSIGNED =
      new FromLists(AddressPool::assigned, Series.of("awscni_assigned_ip_addresses"), false);

  /** Counts pods that did not start because ipamD could not read instance metadata. */
  static final Series METADATA_ERRORS =
      new Series(IpamdError.API_ERRORS, "api", IpamdError.CALLS_OF_PODS);

  /**
   * Counts pods that got an address but no network. The CNI plugin then releases the address. No
   * metric shows this counter, but the doctor needs to know whether the counter rises.
   */
  public static final Series POD_SETUP_FAILED =
      new Series("awscni_del_ip_req_count", "reason", Set.of("SetupNSFailed"));

  private static final List<Metric> ALL = new ArrayList<>();
  private static final OptionalDouble NEVER = OptionalDouble.empty();

  // The six core metrics.

  public static final Metric ENI_ALLOCATED =
      gauge(
          "eniAllocated",
          "cni_enis",
          "Network interfaces (ENIs) that ipamD has attached and manages.",
          fromLists(AddressPool::eniCount, "awscni_eni_allocated"));
  public static final Metric ENI_MAX_AVAILABLE =
      gauge(
          "eniMaxAvailable",
          "cni_enis_max",
          "Maximum number of ENIs that ipamD can manage. The value is MAX_ENI or the limit of the"
              + " instance type, minus the ENIs that ipamD does not manage.",
          new FromGauge(ENI_MAX, false));
  public static final Metric TOTAL_IP_ADDRESSES =
      gauge(
          "totalIPAddresses",
          "cni_pool_ip_addresses",
          "IPv4 addresses for pods on the ENIs of ipamD. A prefix counts as 16 addresses.",
          new FromLists(AddressPool::totalIpv4, Series.of("awscni_total_ip_addresses"), true));
  public static final Metric MAX_IP_ADDRESSES =
      gauge(
          "maxIPAddresses",
          "cni_ip_addresses_max",
          "Addresses that the maximum number of ENIs can hold. The value is 0 on IPv6.",
          new FromGauge(IP_MAX, false));
  public static final Metric ASSIGN_IP_ADDRESSES =
      gauge(
          "assignIPAddresses",
          "cni_ip_addresses{state=\"assigned\"}",
          "Addresses that pods hold.",
          ASSIGNED);
  public static final Metric IPAMD_ERR =
      alertingCounter(
          "ipamdErr", "cni_ipamd_errors_total", "Errors in ipamD.", "awscni_ipamd_error_count");

  /** The six core metrics, which are declared above this line. */
  static final List<Metric> CORE = List.copyOf(ALL);

  // How full the node is.

  public static final Metric AVAILABLE_IP_ADDRESSES =
      gauge(
          "availableIPAddresses",
          "cni_ip_addresses{state=\"available\"}",
          "Addresses that a new pod can get now. Cooling addresses do not count. In prefix mode,"
              + " only addresses in prefixes count. With multi-NIC pods, only the network card with"
              + " the fewest such addresses counts.",
          derived(MetricCatalog::available));
  public static final Metric COOLING_IP_ADDRESSES =
      gauge(
          "coolingIPAddresses",
          "cni_ip_addresses{state=\"cooling\"}",
          "Addresses that pods have released and that cannot be used until their cooldown ends.",
          derived(MetricCatalog::cooling));
  public static final Metric EFFECTIVE_MAX_IP_ADDRESSES =
      gauge(
          "effectiveMaxIPAddresses",
          "cni_ip_addresses_effective_max",
          "Largest number of pod addresses that the node can ever have. Only ENIs that carry pods"
              + " count, and max pods is the upper limit. With multi-NIC pods, the value is the sum"
              + " over the network cards, and max pods is the upper limit of each card.",
          derived(MetricCatalog::effectiveMaximum, ENI_MAX, IP_MAX, NodeCapacity.TRUNK_ERRORS));
  public static final Metric NODE_IP_UTILIZATION =
      worst(
          "nodeIPUtilization",
          "cni_ip_utilization_ratio",
          PERCENT,
          90,
          "Share of the effective maximum that pods hold. The share can exceed 100 %. With"
              + " multi-NIC pods, the value is the share of the fullest network card.",
          derived(MetricCatalog::utilization, ENI_MAX, IP_MAX));
  public static final Metric TOTAL_IPV4_PREFIXES =
      gauge(
          "totalIPv4Prefixes",
          "cni_ipv4_prefixes",
          "IPv4 prefixes on the ENIs of ipamD. Each prefix is a /28.",
          fromLists(AddressPool::prefixes, "awscni_total_ipv4_prefixes"));
  public static final Metric TOTAL_ASSIGNED_IPV4S_PER_CIDR =
      gauge(
          "totalAssignedIPv4sPerCidr",
          "cni_assigned_ipv4_addresses",
          "IPv4 addresses that pods hold, summed over all CIDRs.",
          fromLists(AddressPool::assignedIpv4, "awscni_assigned_ip_per_cidr"));

  /** The free addresses that all nodes of a subnet share. */
  public static final Metric SUBNET_FREE_IPS =
      add(
          "subnetFreeIPs",
          "cni_subnet_free_ip_addresses",
          COUNT,
          MINIMUM,
          LAST,
          NEVER,
          "Free addresses of a subnet. Reported only with `--subnets`. Do not use Sum, because"
              + " several nodes report the same value.",
          new OfSubnet());

  // Whether pods get addresses.

  public static final Metric NO_AVAILABLE_IP_ADDRS =
      counter(
          "noAvailableIPAddrs",
          "cni_ip_requests_refused_total",
          "Address requests of pods that failed because no address was available.",
          new FromCounter(NO_AVAILABLE_ADDRESS));
  public static final Metric NO_ADDRESS_MINUTES =
      worst(
          "noAddressMinutes",
          "cni_no_ip_address_seconds",
          MINUTES,
          1,
          "Time for which pods have got no address, because none was available or because ipamD"
              + " could not read instance metadata. The value is 0 after two minutes without such a"
              + " pod.",
          derived(MetricCatalog::noAddressMinutes, NO_AVAILABLE_ADDRESS, METADATA_ERRORS));
  public static final Metric WARM_POOL_EMPTY_MINUTES =
      worst(
          "warmPoolEmptyMinutes",
          "cni_warm_pool_empty_seconds",
          MINUTES,
          10,
          "Time for which no address has been available although the pool can still grow. With"
              + " multi-NIC pods, one network card in this state is enough.",
          derived(MetricCatalog::warmPoolEmptyMinutes));

  // Whether ipamD runs.

  public static final Metric IPAMD_UP =
      add(
          "ipamdUp",
          "cni_ipamd_up",
          COUNT,
          SUM,
          MinuteAggregation.MAX,
          NEVER,
          "1 if the agent could read ipamD, otherwise 0. The first value comes after the first"
              + " successful read, or five minutes after the agent's start.",
          derived(MetricCatalog::ipamdUp));
  public static final Metric IPAMD_DOWN_MINUTES =
      worst(
          "ipamdDownMinutes",
          "cni_ipamd_down_seconds",
          MINUTES,
          1,
          "Time for which the agent could not read ipamD. The value is 0 after a successful read."
              + " If ipamD never answers, the first value comes five minutes after the agent's"
              + " start and includes these minutes.",
          derived(MetricCatalog::ipamdDownMinutes));
  public static final Metric IPAMD_RESTARTS =
      counter(
          "ipamdRestarts",
          "cni_ipamd_restarts_total",
          "Restarts of ipamD that this agent observed.",
          new Restarts());
  public static final Metric IPAMD_RECENT_RESTARTS =
      worst(
          "ipamdRecentRestarts",
          "cni_ipamd_recent_restarts",
          COUNT,
          // Two updates of aws-node cause only two restarts.
          3,
          "Restarts of ipamD that this agent observed in the last 15 minutes.",
          derived(MetricCatalog::recentRestarts));
  public static final Metric AGENT_STARTS =
      counter(
          "agentStarts",
          "cni_agent_starts_total",
          "Starts of the agent on this node. OTLP does not send this metric.",
          new AgentStart());

  // What ipamD does.

  public static final Metric IPAMD_ACTION_IN_PROGRESS =
      gauge(
          "ipamdActionInProgress",
          "cni_ipamd_actions_in_progress",
          "Changes of the address pool that ipamD is making at present.",
          new FromGauge(Series.of("awscni_ipamd_action_inprogress"), true));
  public static final Metric ADD_REQ_COUNT =
      counter(
          "addReqCount",
          "cni_ip_requests_total",
          "Requests of pods for an address.",
          "awscni_add_ip_req_count");
  public static final Metric DEL_REQ_COUNT =
      counter(
          "delReqCount",
          "cni_ip_releases_total",
          "Requests to release the address of a pod. The same request can come several times.",
          "awscni_del_ip_req_count");
  public static final Metric RECONCILE_COUNT =
      counter(
          "reconcileCount",
          "cni_pool_reconciliations_total",
          "Addresses and ENIs that ipamD compared with instance metadata, usually once a minute."
              + " The count rises even if ipamD corrects nothing.",
          "awscni_reconcile_count");
  public static final Metric POOL_CORRECTIONS =
      counter(
          "poolCorrections",
          "cni_pool_corrections_total",
          "Addresses and ENIs that ipamD added or removed because the state in EC2 was different.",
          new FromCounter(
              new Series(
                  "awscni_reconcile_count",
                  "fn",
                  Set.of("eniReconcileAdd", "eniReconcileDel", "eniIPPoolReconcileDel"))));
  public static final Metric FORCE_REMOVE_ENI =
      alertingCounter(
          "forceRemoveENI",
          "cni_enis_force_removed_total",
          "ENIs that were removed while pods held addresses on them.",
          "awscni_force_removed_enis");
  public static final Metric FORCE_REMOVE_IPS =
      alertingCounter(
          "forceRemoveIPs",
          "cni_ip_addresses_force_removed_total",
          "Addresses that were removed while pods held them.",
          "awscni_force_removed_ips");
  public static final Metric POD_ENI_ERR =
      alertingCounter(
          "podENIErr",
          "cni_pod_eni_errors_total",
          "Errors with ENIs of single pods. Security groups for pods need such ENIs.",
          "awscni_pod_eni_error_count");

  // How AWS answers ipamD.

  public static final Metric AWS_API_ERR =
      alertingCounter(
          "awsAPIErr",
          "cni_aws_api_errors_total",
          "Calls of ipamD to AWS and to instance metadata that failed with an error code.",
          IpamdError.API_ERRORS);
  public static final Metric AWS_API_NO_ADDRESS_ERR =
      apiErrors(
          "awsAPINoAddressErr",
          "cni_aws_api_no_address_errors_total",
          "Calls of ipamD to AWS that failed because the subnet had too few free addresses or no"
              + " free prefix.",
          Cause.NO_ADDRESS_IN_SUBNET,
          Cause.NO_PREFIX_IN_SUBNET);
  public static final Metric AWS_API_THROTTLE_ERR =
      apiErrors(
          "awsAPIThrottleErr",
          "cni_aws_api_throttle_errors_total",
          "Calls of ipamD to AWS that failed because EC2 throttled them.",
          Cause.EC2_THROTTLES);
  public static final Metric AWS_API_DENIED_ERR =
      apiErrors(
          "awsAPIDeniedErr",
          "cni_aws_api_denied_errors_total",
          "Calls of ipamD to AWS that failed because EC2 denied them. Usually a role lacks a"
              + " permission.",
          Cause.EC2_DENIES);
  public static final Metric AWS_API_METADATA_ERR =
      counter(
          "awsAPIMetadataErr",
          "cni_aws_api_metadata_errors_total",
          "Calls of ipamD to instance metadata that failed while a pod was set up. The pod did not"
              + " start.",
          new FromCounter(METADATA_ERRORS));
  public static final Metric AWS_API_LATENCY =
      add(
          "awsAPILatency",
          "cni_aws_api_latency_seconds",
          MILLISECONDS,
          AVERAGE,
          MinuteAggregation.WEIGHTED_MEAN,
          NEVER,
          "Mean duration of ipamD's calls to AWS. A minute without calls has no value.",
          new FromSummary(
              Series.of("awscni_aws_api_latency_ms_sum"),
              Series.of("awscni_aws_api_latency_ms_count")));
  public static final Metric AWS_UTIL_ERR =
      alertingCounter(
          "awsUtilErr",
          "cni_aws_util_errors_total",
          "Errors in ipamD's code that uses AWS.",
          "awscni_aws_utils_error_count");
  public static final Metric EC2_API_REQ_COUNT =
      counter(
          "ec2ApiReqCount",
          "cni_ec2_requests_total",
          "Calls of ipamD to EC2. The repetitions of a call do not count.",
          "awscni_ec2api_req_count");
  public static final Metric EC2_API_ERR_COUNT =
      alertingCounter(
          "ec2ApiErrCount",
          "cni_ec2_request_errors_total",
          "Calls of ipamD to EC2 that failed.",
          "awscni_ec2api_error_count");

  private MetricCatalog() {}

  /** All metrics, in the order in which outputs show the metrics. */
  public static List<Metric> all() {
    return Collections.unmodifiableList(ALL);
  }

  /**
   * The metrics that a user selects.
   *
   * @param includes whether a metric is selected, by its name and by whether it is a core metric
   */
  public static List<Metric> selected(BiPredicate<String, Boolean> includes) {
    return ALL.stream().filter(metric -> includes.test(metric.name(), metric.core())).toList();
  }

  public static Set<String> names() {
    return ALL.stream().map(Metric::name).collect(Collectors.toUnmodifiableSet());
  }

  /** The ipamD series that the agent reads. */
  public static Set<Series> series() {
    return Stream.concat(
            ALL.stream().flatMap(metric -> metric.series().stream()), Stream.of(POD_SETUP_FAILED))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether ipamD was changing its address pool at this poll. */
  public static boolean isPoolChanging(NodeSnapshot poll) {
    Series changes = IPAMD_ACTION_IN_PROGRESS.onlySeries();
    return poll.metrics().filter(ipamd -> ipamd.total(changes).orElse(0) > 0).isPresent();
  }

  /** The metric with this name; empty if there is no such metric. */
  public static Optional<Metric> named(String name) {
    return ALL.stream().filter(metric -> metric.name().equals(name)).findFirst();
  }

  /** Converts the subnets that EC2 returned to samples of the subnet metric. */
  public static List<Sample> samples(List<Subnet> subnets) {
    return subnets.stream()
        .map(subnet -> Sample.ofSubnet(SUBNET_FREE_IPS, subnet.id(), subnet.free()))
        .toList();
  }

  /** The ipamD counters whose totals the agent remembers from poll to poll. */
  static Set<Series> counters() {
    return Stream.concat(
            ALL.stream()
                .filter(metric -> metric.computation().cumulative())
                .flatMap(metric -> metric.series().stream()),
            Stream.of(POD_SETUP_FAILED))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** A gauge for which the cluster's value is the sum over the nodes. */
  private static Metric gauge(
      String name, String prometheus, String description, Computation computation) {
    return add(name, prometheus, COUNT, SUM, LAST, NEVER, description, computation);
  }

  /** A gauge for which the cluster's value is the maximum over the nodes. */
  private static Metric worst(
      String name,
      String prometheus,
      Unit unit,
      double alertAt,
      String description,
      Computation computation) {
    return add(
        name,
        prometheus,
        unit,
        MAXIMUM,
        LAST,
        OptionalDouble.of(alertAt),
        description,
        computation);
  }

  private static Metric counter(String name, String prometheus, String description, String series) {
    return counter(name, prometheus, description, new FromCounter(Series.of(series)));
  }

  private static Metric apiErrors(
      String name, String prometheus, String description, Cause... causes) {
    Set<String> codes =
        Stream.of(causes)
            .flatMap(cause -> cause.ec2Codes().stream())
            .collect(Collectors.toUnmodifiableSet());
    return counter(
        name,
        prometheus,
        description,
        new FromCounter(new Series(IpamdError.API_ERRORS, "error", codes)));
  }

  private static Metric counter(
      String name, String prometheus, String description, Computation computation) {
    return add(
        name, prometheus, COUNT, SUM, MinuteAggregation.SUM, NEVER, description, computation);
  }

  /** A counter for which a single event means trouble. */
  private static Metric alertingCounter(
      String name, String prometheus, String description, String series) {
    Computation counted = new FromCounter(Series.of(series));
    OptionalDouble first = OptionalDouble.of(1);
    return add(name, prometheus, COUNT, SUM, MinuteAggregation.SUM, first, description, counted);
  }

  private static Metric add(
      String name,
      String prometheus,
      Unit unit,
      Statistic statistic,
      MinuteAggregation within,
      OptionalDouble alertAt,
      String description,
      Computation computation) {
    Metric metric =
        new Metric(
            name,
            PrometheusName.of(prometheus),
            unit,
            statistic,
            within,
            alertAt,
            description,
            computation);
    ALL.add(metric);
    return metric;
  }

  private static Computation fromLists(ToLongFunction<AddressPool> count, String fallback) {
    return new FromLists(count, Series.of(fallback), false);
  }

  private static Computation derived(
      Function<PollContext, OptionalDouble> value, Series... series) {
    return new Derived(value, List.of(series));
  }

  private static OptionalDouble available(PollContext poll) {
    return poll.ipv6() ? OptionalDouble.empty() : poll.count(pool -> poll.capacity().available());
  }

  private static OptionalDouble cooling(PollContext poll) {
    boolean known = poll.snapshot().pool().map(AddressPool::coolingKnown).orElse(false);
    return known ? poll.count(AddressPool::cooling) : OptionalDouble.empty();
  }

  private static OptionalDouble effectiveMaximum(PollContext poll) {
    return poll.capacity().effectiveMaximum().stream()
        .mapToDouble(EffectiveMaximum::addresses)
        .findFirst();
  }

  private static OptionalDouble utilization(PollContext poll) {
    if (poll.snapshot().introspectionOff()) {
      double assigned = ASSIGNED.value(poll).orElse(Double.NaN);
      return OptionalDouble.of(100 * assigned / effectiveMaximum(poll).orElse(Double.NaN));
    }
    return poll.capacity().fullest().stream().mapToDouble(CardCapacity::utilization).findFirst();
  }

  private static OptionalDouble ipamdUp(PollContext poll) {
    return onlyIf(poll.judgesIpamd(), poll.snapshot().ipamdRead() ? 1 : 0);
  }

  private static OptionalDouble ipamdDownMinutes(PollContext poll) {
    return onlyIf(poll.judgesIpamd(), (double) poll.history().down().minutes());
  }

  private static OptionalDouble noAddressMinutes(PollContext poll) {
    boolean known = poll.increases().of(NO_AVAILABLE_ADDRESS).isPresent();
    return onlyIf(
        known,
        (double)
            poll.history().refusals().minutesAt(PollContext.minute(poll.snapshot().takenAt())));
  }

  private static OptionalDouble recentRestarts(PollContext poll) {
    boolean known = poll.increases().restarted().isPresent();
    return onlyIf(known, (double) poll.history().recentRestarts().minutes().size());
  }

  private static OptionalDouble warmPoolEmptyMinutes(PollContext poll) {
    boolean known = poll.capacity().warmPoolEmpty().isPresent();
    return onlyIf(known, (double) poll.history().warmPoolEmpty().minutes());
  }

  private static OptionalDouble onlyIf(boolean known, double value) {
    return known ? OptionalDouble.of(value) : OptionalDouble.empty();
  }
}
