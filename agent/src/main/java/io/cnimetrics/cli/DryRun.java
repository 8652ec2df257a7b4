package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.simulator.NodeState;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import io.cnimetrics.wiring.DaggerAgentComponent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** {@code dry-run} polls this node, prints the metrics and sends nothing. */
record DryRun(InstantSource clock) implements Command {
  private static final Flag<Boolean> ONCE =
      Flag.of("--once", "DRY_RUN_ONCE", FlagType.SWITCH).defaultsTo("true", "poll once and exit");
  private static final Flag<Boolean> WATCH =
      Flag.of("--watch", "DRY_RUN_WATCH", FlagType.SWITCH)
          .defaultsTo("false", "poll at every --poll-interval until Ctrl-C");
  private static final Flag<DryRunPrinter.Format> OUTPUT =
      Flag.of("--output", "DRY_RUN_OUTPUT", FlagType.oneOf("FORMAT", DryRunPrinter.Format.class))
          .defaultsTo(
              "table",
              "table, json, prometheus or put-metric-data; with --watch, put-metric-data prints"
                  + " each minute when the minute has ended");
  private static final Flag<Boolean> SIMULATE =
      Flag.of("--simulate", "DRY_RUN_SIMULATE", FlagType.SWITCH)
          .defaultsTo("false", "poll a simulated node instead of this node");

  /** These settings have no effect, because a dry run sends, stores and serves nothing. */
  private static final List<Flag<?>> IGNORED =
      List.of(
          Settings.PUBLISH_INTERVAL,
          Settings.STATE_DIR,
          Settings.HEALTH_ADDRESS,
          Settings.CLOUDWATCH,
          Settings.PROMETHEUS);

  /** The age of the simulated node at the start. The address pool is stable at this age. */
  private static final Duration SETTLED = Duration.ofMinutes(5);

  @Override
  public List<Flag<?>> flags() {
    return Settings.after(List.of(ONCE, WATCH, OUTPUT, SIMULATE), IGNORED);
  }

  @Override
  public List<Flag<?>> ignoredFlags() {
    return IGNORED;
  }

  @Override
  public int run(Values values, Console console) {
    boolean watch = watches(values);
    DryRunPrinter.Format format = values.get(OUTPUT);
    boolean simulate = values.get(SIMULATE);
    AgentConfig config = config(values);
    Logging.configure(config.logLevel(), config.logFormat());
    DestinationWarning.log(config);
    DryRunPrinter printer = new DryRunPrinter(config, format, watch, console);
    if (simulate) {
      return simulate(values, printer);
    }
    AgentComponent node =
        DaggerAgentComponent.factory().create(config, BuildInfo.of(Version.get()), clock);
    return run(config, node, node.subnets(), OneShotPoller.identity(node), printer);
  }

  /** {@code --once} and {@code --watch} are opposites. Flags override environment variables. */
  static boolean watches(Values values) {
    Optional<Boolean> watch = values.find(WATCH);
    Optional<Boolean> byOnce = values.find(ONCE).map(once -> !once);
    boolean onceOverrides = values.isFlag(ONCE) && !values.isFlag(WATCH);
    boolean samePriority = values.isFlag(ONCE) == values.isFlag(WATCH);
    if (samePriority && byOnce.isPresent() && watch.isPresent() && !watch.equals(byOnce)) {
      values.problem(
          "%s and %s exclude each other: give one of them"
              .formatted(values.origin(ONCE), values.origin(WATCH)));
    }
    return (onceOverrides ? byOnce.or(() -> watch) : watch.or(() -> byOnce)).orElse(false);
  }

  private static AgentConfig config(Values values) {
    return AgentConfig.of(values, HostName.get(), MetricCatalog.names());
  }

  private int simulate(Values values, DryRunPrinter printer) {
    Scenario scenario = simulatedNode();
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, SETTLED, clock)) {
      Map<String, String> flags = new HashMap<>();
      flags.put(Settings.INTROSPECTION_URL.name(), ipamd.introspectionUrl());
      flags.put(Settings.METRICS_URL.name(), ipamd.metricsUrl());
      if (!values.isGiven(Settings.MAX_PODS)) {
        flags.put(Settings.MAX_PODS.name(), String.valueOf(scenario.maxPods()));
      }
      AgentConfig config = config(values.with(flags));
      Identification identity =
          Identification.of(
              OneShotPoller.given(config),
              new InstanceMetadata.Result(instanceOf(scenario), List.of()));
      return run(
          config,
          DaggerAgentComponent.factory().create(config, BuildInfo.of(Version.get()), clock),
          config.subnets() ? Optional.of(new SimulatedSubnets(ipamd)) : Optional.empty(),
          CompletableFuture.completedFuture(identity),
          printer);
    }
  }

  /** Pods start slowly, because then a free address is ready for each pod. */
  private static Scenario simulatedNode() {
    return Scenario.of("m5.xlarge").pods(PodSchedule.parse("0:18:0.1")).build();
  }

  private static Instance instanceOf(Scenario scenario) {
    return new Instance(
        Optional.of("i-0123456789abcdef0"),
        Optional.of(scenario.instanceType()),
        Optional.of("us-west-2"),
        Optional.of("us-west-2a"),
        Map.of("eks:cluster-name", "simulated"));
  }

  private int run(
      AgentConfig config,
      AgentComponent node,
      Optional<Subnets> subnets,
      CompletableFuture<Identification> identity,
      DryRunPrinter printer) {
    OneShotPoller poller =
        new OneShotPoller(config, node.sampler(), node.ipamdReader(), subnets, identity, clock);
    if (printer.watch()) {
      poller.repeat(printer::print);
      return Cli.OK;
    }
    Report report = poller.once();
    printer.print(report);
    return report.ipamdRead() ? Cli.OK : Cli.FAILED;
  }

  /** The subnet of a simulated node. No other node uses this subnet. */
  private record SimulatedSubnets(SimulatedIpamd ipamd) implements Subnets {
    @Override
    public InstanceMetadata.Interfaces interfaces(Duration limit) {
      return new InstanceMetadata.Interfaces(Map.of(), Optional.empty());
    }

    @Override
    public Ec2Result<List<Subnet>> read(Set<String> subnetIds, String region, Duration limit) {
      NodeState now = ipamd.state();
      long used = (long) now.total() + now.enis();
      return new Ec2Result.Found<>(
          subnetIds.stream().map(id -> new Subnet(id, now.subnetFree(), used)).toList());
    }
  }
}
