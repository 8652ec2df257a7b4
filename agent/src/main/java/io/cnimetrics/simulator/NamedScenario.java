package io.cnimetrics.simulator;

import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The scenarios with a name: a healthy node, and a node for each kind of trouble. */
public enum NamedScenario {
  HEALTHY("a healthy node", 60, node -> slowly(40).apply(node.buildVersion(true))),
  IPAMD_DOWN("ipamD refuses all connections", 5, failing("refuse")),
  INTROSPECTION_OFF(
      "introspection refuses connections, /metrics answers", 5, failing("refuse@introspection")),
  INTROSPECTION_HANGS("introspection never answers", 5, failing("hang@introspection")),
  INTROSPECTION_GARBAGE(
      "introspection returns bytes that are not JSON", 5, failing("garbage@introspection")),
  OLD_PORT(
      "introspection uses the metrics port, as in old releases",
      5,
      node ->
          failing("refuse@introspection")
              .apply(node.cniVersion(CniVersion.parse("v1.3.3")).nodeFault(NodeFault.ONE_PORT))),
  METRICS_OFF("the metrics port refuses connections", 5, failing("refuse@metrics")),
  FLAPPING(
      "ipamD restarts every 20 s",
      5,
      node -> atOnce(18).apply(node.nodeFault(NodeFault.FLAPPING, Duration.ofSeconds(5)))),
  CRASH_LOOP(
      "ipamD runs for 20 s, then is down for 10 s, repeatedly",
      5,
      node -> atOnce(18).apply(node.nodeFault(NodeFault.CRASH_LOOP, Duration.ofSeconds(115)))),
  JUST_RESTARTED("ipamD started a minute ago", 1, UnaryOperator.identity()),
  SLOW_START("ipamD took 95 s to start", 60, atOnce(0, NodeFault.SLOW_START)),
  MISSING_POLICY(
      "the role lacks AmazonEKS_CNI_Policy, so ipamD ends",
      5,
      node -> denied(Ec2Fault.ANY_CALL, Duration.ZERO).apply(atOnce(18).apply(node))),
  RIGHTS_REMOVED(
      "the role lost AmazonEKS_CNI_Policy while ipamD ran",
      10,
      growing("UnauthorizedOperation", Ec2Fault.ANY_CALL)),
  SUBNET_EMPTY(
      "the subnet runs out of addresses", 10, node -> atOnce(50).apply(node.subnetFree(20))),
  SUBNET_WAS_EMPTY(
      "the subnet was empty until 40 min ago",
      60,
      node -> atOnce(50).apply(node.subnetFree(20).subnetFree(4000, Duration.ofMinutes(20)))),
  SUBNET_EMPTY_AT_START(
      "the subnet had no address when the node started",
      10,
      node -> atOnce(5).apply(node.subnetFree(0))),
  SUBNET_FRAGMENTED(
      "the subnet has addresses, but no free /28",
      10,
      node -> atOnce(50).apply(node.prefixDelegation(true).subnetFree(40))),
  THROTTLED("EC2 throttles ipamD", 10, growing("RequestLimitExceeded", Ec2Fault.ANY_CALL)),
  ENI_LIMIT(
      "EC2 assigned more addresses to an ENI than ipamD knows",
      10,
      node ->
          growing(SimEc2.LIMIT_OF_ENI, "AssignPrivateIpAddresses")
              .apply(node.warmTargets(new WarmTargets(1, 5, 0, 1)))),
  ATTACHMENT_LIMIT(
      "ipamD's table has more ENIs than EC2 allows for the type",
      30,
      "d3en.12xlarge",
      node -> pods("0:95:0.1", NodeFault.ENI_LIMIT_TOO_HIGH).apply(node.maxPods(110))),
  SECURITY_GROUP_GONE(
      "the security group for ENIs was deleted",
      10,
      growing("InvalidSecurityGroupID.NotFound", "CreateNetworkInterface")),
  ENICONFIG_MISSING(
      "the ENIConfig of the node was deleted",
      10,
      node ->
          pods(Growth.PODS)
              .apply(node.nodeFault(NodeFault.ENICONFIG_MISSING, Growth.TROUBLE_STARTS))),
  HYPERPOD_ATTACH_DENIED(
      "SageMaker denies the ENIs of a HyperPod node",
      10,
      node ->
          growing("AccessDeniedException", "AttachClusterNodeNetworkInterface")
              .apply(node.nodeFault(NodeFault.HYPERPOD))),
  METADATA_AWAY(
      "instance metadata does not answer, so no pod starts",
      10,
      node ->
          pods("0:10:0.05,10:280s,10:14:0.5")
              .apply(node.nodeFault(NodeFault.METADATA_AWAY, Growth.TROUBLE_STARTS))),
  IPV6_NO_PREFIX(
      "an IPv6 node got no /80 prefix",
      10,
      "m5.large",
      node ->
          denied("AssignIpv6Addresses", Duration.ZERO)
              .apply(atOnce(6, NodeFault.NO_IPV6_PREFIX).apply(node.prefixDelegation(true)))),
  PODS_REFUSED("the node has more pods than addresses", 10, atOnce(100)),
  LEAKED_ADDRESSES(
      "ipamD keeps the addresses of pods that ended",
      10,
      "m6i.xlarge",
      node ->
          pods("0:40:0.5,40:60s,40:4:2,4:60s,4:30:0.5", NodeFault.LEAKS)
              .apply(node.prefixDelegation(true).maxPods(58))),
  MULTI_NIC_CARD_FULL(
      "one of two network cards has no free address",
      30,
      "p5.48xlarge",
      node -> pods("0:102:0.1").apply(node.networkCards(2, 40).maxPods(250))),
  COOLDOWN(
      "pods live for 20 s, but released addresses cool for 30 s", 10, atOnce(50, NodeFault.CHURN)),
  CHURN(
      "short-lived pods use up the warm pool of WARM_IP_TARGET",
      10,
      node ->
          pods("0:20:0.5")
              .apply(
                  node.warmTargets(new WarmTargets(1, 5, 10, 1))
                      .nodeFault(NodeFault.CHURN, Duration.ofMinutes(3)))),
  NODE_FULL(
      "the node has as many pods as addresses", 60, node -> slowly(56).apply(node.maxPods(59))),
  NEARLY_FULL("only a few addresses are free", 60, slowly(53)),
  MAX_PODS_TOO_HIGH(
      "max-pods is 110, but the node can have only 27 addresses",
      60,
      "m5.large",
      node -> slowly(8).apply(node.maxPods(110))),
  STUCK_ACTION("a change of the address pool never ends", 60, atOnce(0, NodeFault.STUCK_ACTION)),
  FORCED_REMOVAL("an ENI with pods was detached", 60, pods("0:30:0.5", NodeFault.FORCED_REMOVAL)),
  NO_TRUNK_SLOT(
      "pod ENIs need a trunk, but all ENI slots are used",
      60,
      "m5.large",
      slowly(25, NodeFault.NO_TRUNK_SLOT)),
  TRUNK_SLOT_KEPT(
      "ipamD keeps an ENI slot for a trunk that never comes",
      30,
      slowly(50, NodeFault.TRUNK_SLOT_KEPT)),
  LATE_CUSTOM_NETWORKING(
      "custom networking was enabled after pods started",
      60,
      slowly(8, NodeFault.LATE_CUSTOM_NETWORKING)),
  EXCLUDED_ENI("an ENI is in a subnet that is not for pods", 60, slowly(8, NodeFault.EXCLUDED_ENI)),
  MIXED_PREFIXES(
      "an ENI kept single addresses after prefixes were enabled",
      60,
      node -> slowly(8, NodeFault.LEFTOVER_SINGLES).apply(node.prefixDelegation(true))),
  IDLE_ADDRESSES(
      "few pods run, but WARM_ENI_TARGET reserves a whole ENI", 60, "m5.4xlarge", slowly(4)),
  FAULTY_RELEASE(
      "the CNI release has a known bug",
      60,
      node -> node.cniVersion(CniVersion.parse("v1.19.4")).buildVersion(true));

  private final String meaning;
  private final Duration warmUp;
  private final String instanceType;
  private final UnaryOperator<Scenario.Builder> settings;

  NamedScenario(String meaning, int warmUpMinutes, UnaryOperator<Scenario.Builder> settings) {
    this(meaning, warmUpMinutes, "m5.xlarge", settings);
  }

  NamedScenario(
      String meaning,
      int warmUpMinutes,
      String instanceType,
      UnaryOperator<Scenario.Builder> settings) {
    this.meaning = meaning;
    this.warmUp = Duration.ofMinutes(warmUpMinutes);
    this.instanceType = instanceType;
    this.settings = settings;
  }

  /** The scenario with this name, such as {@code subnet-empty}. */
  public static Optional<NamedScenario> find(String name) {
    return Stream.of(values()).filter(scenario -> scenario.label().equals(name)).findFirst();
  }

  /** The name on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A short description. */
  public String meaning() {
    return meaning;
  }

  /** The model time that passes before the first request. */
  public Duration warmUp() {
    return warmUp;
  }

  /** Returns a new builder with the settings of this scenario. */
  public Scenario.Builder scenario() {
    return settings.apply(Scenario.of(instanceType));
  }

  private static UnaryOperator<Scenario.Builder> atOnce(int pods, NodeFault... faults) {
    return pods(String.valueOf(pods), faults);
  }

  /** Starts one pod every 20 s, so that each pod gets an address at the first attempt. */
  private static UnaryOperator<Scenario.Builder> slowly(int pods, NodeFault... faults) {
    return pods("0:%d:0.05".formatted(pods), faults);
  }

  /** EC2 starts to refuse one kind of call. Later the node gets more pods than addresses. */
  private static UnaryOperator<Scenario.Builder> growing(String code, String call) {
    return node ->
        pods(Growth.PODS).apply(node.ec2Fault(Ec2Fault.of(code, call, Growth.TROUBLE_STARTS)));
  }

  private static UnaryOperator<Scenario.Builder> denied(String call, Duration from) {
    return node -> node.ec2Fault(Ec2Fault.of("UnauthorizedOperation", call, from));
  }

  private static UnaryOperator<Scenario.Builder> pods(String schedule, NodeFault... faults) {
    return node -> {
      List.of(faults).forEach(node::nodeFault);
      return node.pods(PodSchedule.parse(schedule));
    };
  }

  private static UnaryOperator<Scenario.Builder> failing(String fault) {
    return node -> node.httpFault(HttpFault.parse(fault));
  }

  /** Two ENIs hold 28 addresses. The last 7 of 35 pods need a third ENI during the trouble. */
  private static final class Growth {
    static final String PODS = "0:10:0.05,10:280s,10:35:0.5";
    static final Duration TROUBLE_STARTS = Duration.ofMinutes(7);
  }
}
