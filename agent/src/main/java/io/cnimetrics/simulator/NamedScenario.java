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
  HEALTHY("a healthy node", 60, slowly(40), node -> node.buildVersion(true)),
  IPAMD_DOWN("ipamD refuses all connections", 5, failing("refuse")),
  INTROSPECTION_OFF(
      "introspection refuses connections, /metrics answers", 5, failing("refuse@introspection")),
  INTROSPECTION_HANGS("introspection never answers", 5, failing("hang@introspection")),
  INTROSPECTION_GARBAGE(
      "introspection returns bytes that are not JSON", 5, failing("garbage@introspection")),
  OLD_PORT(
      "introspection uses the metrics port, as in old releases",
      5,
      failing("refuse@introspection"),
      release("v1.3.3"),
      fault(NodeFault.ONE_PORT)),
  METRICS_OFF("the metrics port refuses connections", 5, failing("refuse@metrics")),
  FLAPPING(
      "ipamD restarts every 20 s",
      5,
      atOnce(18),
      node -> node.nodeFault(NodeFault.FLAPPING, Duration.ofSeconds(5))),
  CRASH_LOOP(
      "ipamD runs for 20 s, then is down for 10 s, repeatedly",
      5,
      atOnce(18),
      node -> node.nodeFault(NodeFault.CRASH_LOOP, Duration.ofSeconds(115))),
  JUST_RESTARTED("ipamD started a minute ago", 1),
  SLOW_START("ipamD took 95 s to start", 60, atOnce(18), fault(NodeFault.SLOW_START)),
  MISSING_POLICY(
      "the role lacks AmazonEKS_CNI_Policy, so ipamD ends",
      5,
      atOnce(18),
      denied(Ec2Fault.ANY_CALL)),
  RIGHTS_REMOVED(
      "the role lost AmazonEKS_CNI_Policy while ipamD ran",
      10,
      growing("UnauthorizedOperation", Ec2Fault.ANY_CALL)),
  SUBNET_EMPTY("the subnet runs out of addresses", 10, atOnce(50), node -> node.subnetFree(20)),
  SUBNET_WAS_EMPTY(
      "the subnet was empty until 40 min ago",
      60,
      atOnce(50),
      node -> node.subnetFree(20).subnetFree(4000, Duration.ofMinutes(20))),
  SUBNET_EMPTY_AT_START(
      "the subnet had no address when the node started", 10, atOnce(5), node -> node.subnetFree(0)),
  SUBNET_FRAGMENTED(
      "the subnet has addresses, but no free /28",
      10,
      atOnce(50),
      node -> node.prefixDelegation(true).subnetFree(40)),
  THROTTLED("EC2 throttles ipamD", 10, growing("RequestLimitExceeded", Ec2Fault.ANY_CALL)),
  ENI_LIMIT(
      "ipamD requests more addresses than EC2 allows on an ENI",
      10,
      growing(SimEc2.LIMIT_OF_ENI, "AssignPrivateIpAddresses"),
      node -> node.warmTargets(new WarmTargets(1, 5, 0, 1))),
  ATTACHMENT_LIMIT(
      "ipamD's table has more ENIs than EC2 allows for the type",
      30,
      "d3en.12xlarge",
      pods("0:95:0.1"),
      node -> node.maxPods(110),
      fault(NodeFault.ENI_LIMIT_TOO_HIGH)),
  SECURITY_GROUP_GONE(
      "the security group for ENIs was deleted",
      10,
      growing("InvalidSecurityGroupID.NotFound", "CreateNetworkInterface")),
  ENICONFIG_MISSING(
      "the ENIConfig of the node was deleted",
      10,
      pods(Growth.PODS),
      node -> node.nodeFault(NodeFault.ENICONFIG_MISSING, Growth.TROUBLE_STARTS)),
  HYPERPOD_ATTACH_DENIED(
      "SageMaker denies the ENIs of a HyperPod node",
      10,
      growing("AccessDeniedException", "AttachClusterNodeNetworkInterface"),
      fault(NodeFault.HYPERPOD)),
  METADATA_AWAY(
      "instance metadata does not answer, so no pod starts",
      10,
      pods("0:10:0.05,10:280s,10:14:0.5"),
      node -> node.nodeFault(NodeFault.METADATA_AWAY, Growth.TROUBLE_STARTS)),
  IPV6_NO_PREFIX(
      "an IPv6 node got no /80 prefix",
      10,
      "m5.large",
      atOnce(6),
      denied("AssignIpv6Addresses"),
      node -> node.prefixDelegation(true),
      fault(NodeFault.NO_IPV6_PREFIX)),
  PODS_REFUSED("the node has more pods than addresses", 10, atOnce(100)),
  LEAKED_ADDRESSES(
      "ipamD keeps the addresses of pods that ended",
      10,
      "m6i.xlarge",
      pods("0:40:0.5,40:60s,40:4:2,4:60s,4:30:0.5"),
      node -> node.prefixDelegation(true).maxPods(58),
      fault(NodeFault.LEAKS)),
  MULTI_NIC_CARD_FULL(
      "one of two network cards has no free address",
      30,
      "p5.48xlarge",
      pods("0:102:0.1"),
      node -> node.networkCards(2, 40).maxPods(250)),
  COOLDOWN(
      "pods live for 20 s, but released addresses cool for 30 s",
      10,
      atOnce(50),
      fault(NodeFault.CHURN)),
  CHURN(
      "short-lived pods use up the warm pool of WARM_IP_TARGET",
      10,
      pods("0:20:0.5"),
      node -> node.warmTargets(new WarmTargets(1, 5, 10, 1)),
      node -> node.nodeFault(NodeFault.CHURN, Duration.ofMinutes(3))),
  NODE_FULL("the node has as many pods as addresses", 60, slowly(56), node -> node.maxPods(59)),
  NEARLY_FULL("only a few addresses are free", 60, slowly(53)),
  MAX_PODS_TOO_HIGH(
      "max-pods is 110, but the node can have only 27 addresses",
      60,
      "m5.large",
      slowly(8),
      node -> node.maxPods(110)),
  STUCK_ACTION("a change of the address pool never ends", 60, fault(NodeFault.STUCK_ACTION)),
  FORCED_REMOVAL(
      "an ENI with pods was detached", 60, pods("0:30:0.5"), fault(NodeFault.FORCED_REMOVAL)),
  NO_TRUNK_SLOT(
      "pod ENIs need a trunk, but all ENI slots are used",
      60,
      "m5.large",
      slowly(25),
      fault(NodeFault.NO_TRUNK_SLOT)),
  TRUNK_SLOT_KEPT(
      "ipamD keeps an ENI slot for a trunk that never comes",
      30,
      slowly(50),
      fault(NodeFault.TRUNK_SLOT_KEPT)),
  LATE_CUSTOM_NETWORKING(
      "custom networking was enabled after pods started",
      60,
      slowly(8),
      fault(NodeFault.LATE_CUSTOM_NETWORKING)),
  EXCLUDED_ENI(
      "an ENI is in a subnet that is not for pods", 60, slowly(8), fault(NodeFault.EXCLUDED_ENI)),
  MIXED_PREFIXES(
      "an ENI kept single addresses after prefixes were enabled",
      60,
      slowly(8),
      node -> node.prefixDelegation(true),
      fault(NodeFault.LEFTOVER_SINGLES)),
  IDLE_ADDRESSES(
      "few pods run, but WARM_ENI_TARGET reserves a whole ENI", 60, "m5.4xlarge", slowly(4)),
  FAULTY_RELEASE(
      "the CNI release has a known bug", 60, release("v1.19.4"), node -> node.buildVersion(true));

  /** Changes one or several settings of a node. */
  private interface Setting extends UnaryOperator<Scenario> {}

  private final String meaning;
  private final Duration warmUp;
  private final String instanceType;
  private final List<Setting> settings;

  NamedScenario(String meaning, int warmUpMinutes, Setting... settings) {
    this(meaning, warmUpMinutes, "m5.xlarge", settings);
  }

  NamedScenario(String meaning, int warmUpMinutes, String instanceType, Setting... settings) {
    this.meaning = meaning;
    this.warmUp = Duration.ofMinutes(warmUpMinutes);
    this.instanceType = instanceType;
    this.settings = List.of(settings);
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

  public Scenario scenario() {
    Scenario node = Scenario.of(instanceType);
    for (Setting setting : settings) {
      node = setting.apply(node);
    }
    return node;
  }

  private static Setting atOnce(int pods) {
    return pods(String.valueOf(pods));
  }

  /** Starts one pod every 20 s, so that each pod gets an address at the first attempt. */
  private static Setting slowly(int pods) {
    return pods("0:%d:0.05".formatted(pods));
  }

  private static Setting pods(String schedule) {
    return node -> node.pods(PodSchedule.parse(schedule));
  }

  /** EC2 starts to refuse one kind of call. Later the node gets more pods than addresses. */
  private static Setting growing(String code, String call) {
    return node ->
        node.pods(PodSchedule.parse(Growth.PODS))
            .ec2Fault(Ec2Fault.of(code, call, Growth.TROUBLE_STARTS));
  }

  private static Setting denied(String call) {
    return node -> node.ec2Fault(Ec2Fault.of("UnauthorizedOperation", call, Duration.ZERO));
  }

  private static Setting failing(String fault) {
    return node -> node.httpFault(HttpFault.parse(fault));
  }

  private static Setting release(String version) {
    return node -> node.cniVersion(CniVersion.parse(version));
  }

  private static Setting fault(NodeFault fault) {
    return node -> node.nodeFault(fault, Duration.ZERO);
  }

  /**
   * A node with two ENIs, which hold 28 addresses. The last 7 of its 35 pods need a third ENI while
   * EC2 refuses calls.
   */
  private static final class Growth {
    static final String PODS = "0:10:0.05,10:280s,10:35:0.5";
    static final Duration TROUBLE_STARTS = Duration.ofMinutes(7);
  }
}
