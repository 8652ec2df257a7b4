package io.cnimetrics.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The scenarios with a name: a healthy node, and a node for each kind of trouble. */
public enum NamedScenario {
  HEALTHY("a healthy node", 60, slowly(40)),
  IPAMD_DOWN("ipamD refuses all connections", 5, failing("refuse")),
  INTROSPECTION_OFF(
      "introspection refuses connections, metrics work", 5, failing("refuse@introspection")),
  INTROSPECTION_HANGS("introspection never answers", 5, failing("hang@introspection")),
  INTROSPECTION_GARBAGE(
      "introspection returns bytes that are not JSON", 5, failing("garbage@introspection")),
  OLD_PORT(
      "introspection listens on the port of old releases",
      5,
      node ->
          failing("refuse@introspection")
              .apply(node.cniVersion(CniVersion.parse("v1.3.3")).nodeFault(NodeFault.ONE_PORT))),
  METRICS_OFF("the metrics port refuses connections", 5, failing("refuse@metrics")),
  FLAPPING("ipamD restarts every 20 s", 5, atOnce(18, NodeFault.FLAPPING)),
  JUST_RESTARTED("ipamD started a minute ago", 1, UnaryOperator.identity()),
  SLOW_START("ipamD took 95 s to start", 60, atOnce(0, NodeFault.SLOW_START)),
  MISSING_POLICY("the node's role lacks AmazonEKS_CNI_Policy", 5, atOnce(18, NodeFault.EC2_DENIES)),
  SUBNET_EMPTY(
      "the subnet runs out of addresses", 10, node -> atOnce(50).apply(node.subnetFree(20))),
  SUBNET_FRAGMENTED(
      "the subnet has addresses, but no free /28",
      10,
      node -> atOnce(50).apply(node.prefixDelegation(true).subnetFree(40))),
  THROTTLED("EC2 throttles ipamD", 60, slowly(50, NodeFault.EC2_THROTTLES)),
  ENI_LIMIT(
      "EC2 has assigned more addresses than ipamD knows",
      60,
      slowly(50, NodeFault.EC2_AT_ENI_LIMIT)),
  PODS_REFUSED("the node has more pods than addresses", 10, atOnce(100)),
  COOLDOWN(
      "each pod lives 20 s, and each released address cools down for 30 s",
      10,
      atOnce(50, NodeFault.CHURN)),
  NODE_FULL(
      "the node has as many pods as addresses", 60, node -> slowly(56).apply(node.maxPods(59))),
  NEARLY_FULL("only a few addresses are free", 60, slowly(53)),
  MAX_PODS_TOO_HIGH(
      "max-pods is 110, but the node has 27 addresses: run doctor with --max-pods 110",
      60,
      "m5.large",
      node -> slowly(8).apply(node.maxPods(110))),
  STUCK_ACTION("a change of the address pool never ends", 60, atOnce(0, NodeFault.STUCK_ACTION)),
  FORCED_REMOVAL(
      "an ENI with pods was detached",
      60,
      node -> node.pods(new PodSchedule(0, 30, 0.5)).nodeFault(NodeFault.FORCED_REMOVAL)),
  NO_TRUNK_SLOT(
      "security groups for pods need a trunk, but all ENI slots are used",
      60,
      "m5.large",
      slowly(25, NodeFault.NO_TRUNK_SLOT)),
  LATE_CUSTOM_NETWORKING(
      "custom networking was enabled after pods started",
      60,
      slowly(8, NodeFault.LATE_CUSTOM_NETWORKING)),
  EXCLUDED_ENI("an ENI is in a subnet that is not for pods", 60, slowly(8, NodeFault.EXCLUDED_ENI)),
  MIXED_PREFIXES(
      "single addresses remain from the time before prefixes were enabled",
      60,
      node -> slowly(8, NodeFault.LEFTOVER_SINGLES).apply(node.prefixDelegation(true))),
  IDLE_ADDRESSES("few pods run with the default WARM_ENI_TARGET", 60, "m5.4xlarge", slowly(4)),
  FAULTY_RELEASE(
      "the CNI release has a known bug", 60, node -> node.cniVersion(CniVersion.parse("v1.19.4")));

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
  public static NamedScenario parse(String name) {
    return Stream.of(values())
        .filter(scenario -> scenario.label().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("expected one of " + labels()));
  }

  private static String labels() {
    return Stream.of(values()).map(NamedScenario::label).collect(Collectors.joining(", "));
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
    return with(PodSchedule.constant(pods), faults);
  }

  /** Starts one pod every 20 s, so that each pod gets an address at the first attempt. */
  private static UnaryOperator<Scenario.Builder> slowly(int pods, NodeFault... faults) {
    return with(new PodSchedule(0, pods, 0.05), faults);
  }

  private static UnaryOperator<Scenario.Builder> with(PodSchedule pods, NodeFault... faults) {
    return node -> {
      List.of(faults).forEach(node::nodeFault);
      return node.pods(pods);
    };
  }

  private static UnaryOperator<Scenario.Builder> failing(String fault) {
    return node -> node.httpFault(HttpFault.parse(fault));
  }
}
