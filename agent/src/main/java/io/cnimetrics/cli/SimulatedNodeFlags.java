package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Values;
import io.cnimetrics.config.Values.Parser;
import io.cnimetrics.simulator.CniVersion;
import io.cnimetrics.simulator.HttpFault;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The simulated node: a named scenario, or the single flags.
 *
 * @param warmUp how long the node has been up at the first request
 */
record SimulatedNodeFlags(Scenario.Builder scenario, Duration warmUp) {
  private static final Flag INSTANCE_TYPE =
      flag("--instance-type", "TYPE", "m5.xlarge", "the node's EC2 instance type");
  private static final Flag PODS =
      flag("--pods", "N|FROM:TO:RATE", "18", "pods wanted, or a ramp with RATE pods a second");
  private static final Flag CNI_VERSION =
      flag("--cni-version", "RELEASE", "v1.23.1", "release of the VPC CNI");
  private static final Flag WARM_ENI_TARGET =
      flag("--warm-eni-target", "N", "1", "ipamD's WARM_ENI_TARGET");
  private static final Flag WARM_IP_TARGET =
      flag("--warm-ip-target", "N", "0", "ipamD's WARM_IP_TARGET; 0: not set");
  private static final Flag MINIMUM_IP_TARGET =
      flag("--minimum-ip-target", "N", "0", "ipamD's MINIMUM_IP_TARGET; 0: not set");
  private static final Flag WARM_PREFIX_TARGET =
      flag("--warm-prefix-target", "N", "1", "ipamD's WARM_PREFIX_TARGET");
  private static final Flag PREFIX_DELEGATION =
      flag("--prefix-delegation", "BOOL", "false", "assign addresses as /28 prefixes");
  private static final Flag MAX_PODS =
      Flag.optional(
          "--max-pods", "SIMULATE_MAX_PODS", "N", "by instance type", "the kubelet's max-pods");
  private static final Flag SUBNET_FREE =
      flag("--subnet-free", "N", "4000", "free addresses of the subnet");
  private static final Flag SETTLED =
      flag("--settled", "TIME", "0s", "how long the node has been up at the start");
  private static final Flag FAIL =
      Flag.optional(
          "--fail",
          "SIMULATE_FAIL",
          "KIND@WHERE",
          "nothing fails",
          "failures separated by ',': refuse, hang, 500, truncate or garbage, at introspection,"
              + " metrics or all, optionally with a time: 500@metrics:60s-120s");

  private static final Flag SCENARIO =
      Flag.optional(
          "--scenario",
          "SIMULATE_SCENARIO",
          "NAME",
          "set by the flags below",
          "a node by name, such as healthy or subnet-empty; a wrong name lists them all");

  /** The flags that a named scenario replaces; giving both is an error. */
  private static final List<Flag> OF_THE_NODE =
      List.of(
          INSTANCE_TYPE,
          PODS,
          CNI_VERSION,
          WARM_ENI_TARGET,
          WARM_IP_TARGET,
          MINIMUM_IP_TARGET,
          WARM_PREFIX_TARGET,
          PREFIX_DELEGATION,
          MAX_PODS,
          SUBNET_FREE,
          SETTLED,
          FAIL);

  static List<Flag> all() {
    return Stream.concat(Stream.of(SCENARIO), OF_THE_NODE.stream()).toList();
  }

  static SimulatedNodeFlags read(Values values) {
    Optional<NamedScenario> named = values.readOptional(SCENARIO, NamedScenario::parse);
    if (named.isEmpty()) {
      return new SimulatedNodeFlags(
          byFlags(values), values.read(SETTLED, SimulatedNodeFlags::warmUp));
    }
    refuseOtherThan(named.get(), values);
    return new SimulatedNodeFlags(named.get().scenario(), named.get().warmUp());
  }

  private static void refuseOtherThan(NamedScenario scenario, Values values) {
    for (Flag flag : OF_THE_NODE) {
      if (values.readOptional(flag, text -> text).isPresent()) {
        values.problem(
            "--scenario %s and %s exclude each other: give one"
                .formatted(scenario.label(), flag.name()));
      }
    }
  }

  private static Scenario.Builder byFlags(Values values) {
    Scenario.Builder scenario = values.read(INSTANCE_TYPE, Scenario::of);
    scenario
        .pods(values.read(PODS, PodSchedule::parse))
        .cniVersion(values.read(CNI_VERSION, CniVersion::parse))
        .warmEniTarget(values.read(WARM_ENI_TARGET, upTo(100)))
        .warmIpTarget(values.read(WARM_IP_TARGET, upTo(1_000)))
        .minimumIpTarget(values.read(MINIMUM_IP_TARGET, upTo(1_000)))
        .warmPrefixTarget(values.read(WARM_PREFIX_TARGET, upTo(100)))
        .prefixDelegation(values.read(PREFIX_DELEGATION, Parsers::bool))
        .subnetFree(values.read(SUBNET_FREE, upTo(1_000_000)));
    values.readOptional(MAX_PODS, upTo(1_000)).ifPresent(scenario::maxPods);
    values
        .readOptional(FAIL, SimulatedNodeFlags::httpFaults)
        .orElse(List.of())
        .forEach(scenario::httpFault);
    return scenario;
  }

  private static Duration warmUp(String text) {
    return Parsers.time(text, Duration.ZERO, Duration.ofHours(24));
  }

  private static List<HttpFault> httpFaults(String text) {
    return Stream.of(text.split(",", -1)).map(HttpFault::parse).toList();
  }

  static Parser<Integer> upTo(int most) {
    return text -> Parsers.number(text, 0, most);
  }

  private static Flag flag(String name, String label, String value, String description) {
    return Flag.of(name, variable(name), label, value, description);
  }

  private static String variable(String name) {
    return "SIMULATE" + name.substring(1).replace('-', '_').toUpperCase(Locale.ROOT);
  }
}
