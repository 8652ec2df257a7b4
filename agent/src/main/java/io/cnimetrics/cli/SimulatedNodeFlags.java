package io.cnimetrics.cli;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Nearest;
import io.cnimetrics.config.Values;
import io.cnimetrics.simulator.CniVersion;
import io.cnimetrics.simulator.Ec2Fault;
import io.cnimetrics.simulator.HttpFault;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The simulated node, described by the name of a scenario or by single values.
 *
 * @param warmUp the simulated age of the node at the first request
 */
record SimulatedNodeFlags(Scenario scenario, Duration warmUp) {
  private static final Flag<Scenario> INSTANCE_TYPE =
      flag("--instance-type", "TYPE", Scenario::of, "m5.xlarge", "the node's EC2 instance type");
  private static final Flag<PodSchedule> PODS =
      flag(
          "--pods",
          "N|FROM:TO:RATE",
          PodSchedule::parse,
          "18",
          "number of pods, or a ramp from FROM to TO with RATE pods per second, or several ramps"
              + " and pauses, as in 0:40:0.5,40:60s,40:5:2");
  private static final Flag<CniVersion> CNI_VERSION =
      flag("--cni-version", "RELEASE", CniVersion::parse, "v1.23.2", "release of the VPC CNI");
  private static final Flag<Integer> WARM_ENI_TARGET =
      flag("--warm-eni-target", upTo(100), "1", "ipamD's WARM_ENI_TARGET");
  private static final Flag<Integer> WARM_IP_TARGET =
      flag("--warm-ip-target", upTo(1_000), "0", "ipamD's WARM_IP_TARGET; 0 means not set");
  private static final Flag<Integer> MINIMUM_IP_TARGET =
      flag("--minimum-ip-target", upTo(1_000), "0", "ipamD's MINIMUM_IP_TARGET; 0 means not set");
  private static final Flag<Integer> WARM_PREFIX_TARGET =
      flag("--warm-prefix-target", upTo(100), "1", "ipamD's WARM_PREFIX_TARGET");
  private static final Flag<Boolean> PREFIX_DELEGATION =
      flag("--prefix-delegation", FlagType.SWITCH, "false", "assign addresses as /28 prefixes");
  private static final Flag<Integer> MAX_PODS =
      Flag.of("--max-pods", "SIMULATE_MAX_PODS", upTo(1_000))
          .ifAbsent("by instance type", "the kubelet's max-pods");
  private static final Flag<Integer> NETWORK_CARDS =
      flag(
          "--network-cards",
          FlagType.number(1, 32),
          "1",
          "number of network cards; each pod needs an address of each card");
  private static final Flag<Integer> SUBNET_FREE =
      flag("--subnet-free", upTo(1_000_000), "4000", "free addresses in the subnet");
  private static final Flag<Duration> SETTLED =
      flag(
          "--settled",
          FlagType.time(Duration.ZERO, Duration.ofHours(24)),
          "0s",
          "simulated age of the node at the first request");
  private static final Flag<List<UnaryOperator<Scenario>>> FAIL =
      Flag.of("--fail", "SIMULATE_FAIL", FlagType.list("KIND@WHERE", SimulatedNodeFlags::failure))
          .ifAbsent(
              "nothing fails",
              "failures separated by ','. KIND is refuse, hang, 500, truncate or garbage. WHERE is"
                  + " introspection, metrics or all. A time can follow, as in"
                  + " 500@metrics:60s-120s. EC2 fails if KIND is an error code and WHERE is a call,"
                  + " as in OptInRequired@CreateNetworkInterface:600s");

  static final FlagType<NamedScenario> NAMED =
      FlagType.of("NAME", SimulatedNodeFlags::namedScenario);

  private static final Flag<NamedScenario> SCENARIO =
      Flag.of("--scenario", "SIMULATE_SCENARIO", NAMED)
          .ifAbsent(
              "the node that the flags below describe",
              "name of a scenario, such as healthy; --list prints all scenarios");
  private static final Flag<Boolean> LIST =
      Flag.of("--list", "SIMULATE_LIST", FlagType.SWITCH)
          .defaultsTo("false", "print all scenarios and exit");

  /** The flags that must not be combined with a named scenario. */
  private static final List<Flag<?>> OF_THE_NODE =
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
          NETWORK_CARDS,
          SUBNET_FREE,
          SETTLED,
          FAIL);

  static List<Flag<?>> all() {
    return Stream.concat(Stream.<Flag<?>>of(SCENARIO, LIST), OF_THE_NODE.stream()).toList();
  }

  static SimulatedNodeFlags read(Values values) {
    Optional<NamedScenario> named = values.find(SCENARIO);
    if (named.isEmpty()) {
      return new SimulatedNodeFlags(byFlags(values), values.get(SETTLED));
    }
    refuseOtherThan(named.get(), values);
    return new SimulatedNodeFlags(named.get().scenario(), named.get().warmUp());
  }

  private static NamedScenario namedScenario(String name) {
    return NamedScenario.find(name).orElseThrow(() -> unknownScenario(name));
  }

  private static IllegalArgumentException unknownScenario(String name) {
    List<String> known = Stream.of(NamedScenario.values()).map(NamedScenario::label).toList();
    return new IllegalArgumentException(
        Nearest.of(name, known)
                .map("did you mean %s? "::formatted)
                .orElse("expected the name of a scenario; ")
            + "'cni-metrics-agent simulate --list' lists the scenarios");
  }

  static boolean lists(Values values) {
    return values.get(LIST);
  }

  /** One line for each scenario: its name and its meaning. */
  static String list() {
    return Stream.of(NamedScenario.values())
        .map(scenario -> "%-23s %s\n".formatted(scenario.label(), scenario.meaning()))
        .collect(Collectors.joining());
  }

  private static UnaryOperator<Scenario> failure(String text) {
    Optional<Ec2Fault> ec2 = Ec2Fault.parse(text);
    if (ec2.isPresent()) {
      return node -> node.ec2Fault(ec2.get());
    }
    try {
      HttpFault http = HttpFault.parse(text);
      return node -> node.httpFault(http);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + ". EC2 fails with CODE@CALL[:FROM-TO], an error code and a call", e);
    }
  }

  private static void refuseOtherThan(NamedScenario scenario, Values values) {
    for (Flag<?> flag : OF_THE_NODE) {
      if (values.isGiven(flag)) {
        values.problem(
            "--scenario %s and %s exclude each other: give one of them"
                .formatted(scenario.label(), flag.name()));
      }
    }
  }

  private static Scenario byFlags(Values values) {
    Scenario scenario =
        values
            .get(INSTANCE_TYPE)
            .pods(values.get(PODS))
            .cniVersion(values.get(CNI_VERSION))
            .networkCards(values.get(NETWORK_CARDS), 0)
            .warmTargets(
                new Scenario.WarmTargets(
                    values.get(WARM_ENI_TARGET),
                    values.get(WARM_IP_TARGET),
                    values.get(MINIMUM_IP_TARGET),
                    values.get(WARM_PREFIX_TARGET)))
            .prefixDelegation(values.get(PREFIX_DELEGATION))
            .subnetFree(values.get(SUBNET_FREE));
    scenario = values.find(MAX_PODS).map(scenario::maxPods).orElse(scenario);
    for (UnaryOperator<Scenario> failure : values.find(FAIL).orElse(List.of())) {
      scenario = failure.apply(scenario);
    }
    scenario.problem().ifPresent(values::problem);
    return scenario;
  }

  private static FlagType<Integer> upTo(int most) {
    return FlagType.number(0, most);
  }

  private static <T> Flag<T> flag(
      String name, String label, Function<String, T> parser, String value, String description) {
    return flag(name, FlagType.of(label, parser), value, description);
  }

  private static <T> Flag<T> flag(String name, FlagType<T> type, String value, String description) {
    String variable = "SIMULATE" + name.substring(1).replace('-', '_').toUpperCase(Locale.ROOT);
    return Flag.of(name, variable, type).defaultsTo(value, description);
  }
}
