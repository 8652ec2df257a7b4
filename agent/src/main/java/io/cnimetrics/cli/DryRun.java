package io.cnimetrics.cli;

import io.cnimetrics.agent.Subnets;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Values;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.identity.InstanceMetadata;
import io.cnimetrics.render.JsonReport;
import io.cnimetrics.render.PrometheusText;
import io.cnimetrics.render.PutMetricDataJson;
import io.cnimetrics.render.Report;
import io.cnimetrics.render.TableReport;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.wiring.DaggerNodeComponent;
import io.cnimetrics.wiring.NodeComponent;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** {@code dry-run}: polls this node and prints what it sees; sends nothing. */
final class DryRun implements Command {
  private static final Flag ONCE =
      Flag.of("--once", "DRY_RUN_ONCE", "BOOL", "true", "poll once and exit");
  private static final Flag WATCH =
      Flag.of("--watch", "DRY_RUN_WATCH", "BOOL", "false", "poll at every interval until Ctrl-C");
  private static final Flag OUTPUT =
      Flag.of(
          "--output",
          "DRY_RUN_OUTPUT",
          "FORMAT",
          "table",
          "table, json, prometheus or put-metric-data");
  private static final Flag SIMULATE =
      Flag.of("--simulate", "DRY_RUN_SIMULATE", "BOOL", "false", "read a simulated node");

  /** A node with some pods, whose pool has settled. */
  private static final Scenario SIMULATED_NODE =
      Scenario.of("m5.xlarge").pods(PodSchedule.constant(18)).build();

  private static final Instance SIMULATED_INSTANCE =
      new Instance(
          Optional.of("i-0123456789abcdef0"),
          Optional.of(SIMULATED_NODE.instanceType()),
          Optional.of("us-west-2"),
          Optional.of("us-west-2a"),
          Map.of("eks:cluster-name", "simulated"));

  private static final Duration SETTLED = Duration.ofMinutes(5);

  private final InstantSource clock;

  DryRun(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return "dry-run";
  }

  @Override
  public String summary() {
    return "Polls this node's ipamD and prints its metrics; sends nothing.";
  }

  @Override
  public List<Flag> ownFlags() {
    return List.of(ONCE, WATCH, OUTPUT, SIMULATE);
  }

  @Override
  public boolean takesSettings() {
    return true;
  }

  @Override
  public int run(Values values, Console console) {
    boolean watch = watches(values);
    Output output = values.read(OUTPUT, text -> Parsers.constant(Output.class, text));
    boolean simulate = values.read(SIMULATE, Parsers::bool);
    AgentConfig config = AgentConfig.of(values, HostName.get(), MetricCatalog.names());
    Logging.configure(config.logLevel(), config.logFormat());
    NamespaceWarning.tell(config.namespace());
    Mode mode = new Mode(watch, output);
    if (simulate) {
      return simulate(config, mode, console);
    }
    NodeComponent node = DaggerNodeComponent.factory().create(config, clock);
    return run(config, node, node.subnets(), Polling.identity(node), mode, console);
  }

  /** By two flags that say the same thing, each the other way round. */
  static boolean watches(Values values) {
    Optional<Boolean> watch = values.readOptional(WATCH, Parsers::bool);
    Optional<Boolean> byOnce = values.readOptional(ONCE, Parsers::bool).map(once -> !once);
    boolean onceIsNearer = values.isFlag(ONCE) && !values.isFlag(WATCH);
    boolean equallyNear = values.isFlag(ONCE) == values.isFlag(WATCH);
    if (equallyNear && byOnce.isPresent() && watch.isPresent() && !watch.equals(byOnce)) {
      values.problem(
          "%s and %s exclude each other: give one"
              .formatted(values.origin(ONCE), values.origin(WATCH)));
    }
    return (onceIsNearer ? byOnce.or(() -> watch) : watch.or(() -> byOnce)).orElse(false);
  }

  private int simulate(AgentConfig config, Mode mode, Console console) {
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(SIMULATED_NODE, SimulatedIpamd.Ports.ANY, SETTLED, clock)) {
      AgentConfig simulated =
          config.reading(
              URI.create(ipamd.introspectionUrl()),
              URI.create(ipamd.metricsUrl()),
              config.maxPods().orElse(SIMULATED_NODE.maxPods()));
      InstanceMetadata.Result instance = new InstanceMetadata.Result(SIMULATED_INSTANCE, List.of());
      NodeComponent node = DaggerNodeComponent.factory().create(simulated, clock);
      return run(
          simulated,
          node,
          config.subnets() ? Optional.of(new SimulatedSubnets(ipamd)) : Optional.empty(),
          CompletableFuture.completedFuture(Identification.of(Polling.given(simulated), instance)),
          mode,
          console);
    }
  }

  private int run(
      AgentConfig config,
      NodeComponent node,
      Optional<Subnets> subnets,
      Future<Identification> identity,
      Mode mode,
      Console console) {
    try (Polling polling =
        new Polling(config, node.sampler(), node.ipamdReader(), subnets, identity, clock)) {
      if (mode.watch()) {
        polling.repeat(report -> show(report, config, mode, console));
        return Cli.OK;
      }
      Report report = polling.once();
      tellProblems(report, mode.output(), console);
      show(report, config, mode, console);
      return report.ipamdRead() ? Cli.OK : Cli.NOT_READ;
    }
  }

  private static boolean show(Report report, AgentConfig config, Mode mode, Console console) {
    return console.print(
        switch (mode.output()) {
          case TABLE -> TableReport.of(report, console.palette()) + (mode.watch() ? "\n" : "");
          case JSON -> JsonReport.of(report, !mode.watch());
          case PROMETHEUS -> PrometheusText.of(report.samples());
          case PUT_METRIC_DATA ->
              PutMetricDataJson.of(
                  report,
                  config.namespace(),
                  DimensionValues.of(config.dimensions(), report.node()),
                  !mode.watch());
        });
  }

  /** Says why ipamD could not be read and, where the output has no place for them, all problems. */
  private static void tellProblems(Report report, Output output, Console console) {
    for (Problem problem : report.problems()) {
      boolean ofIpamd =
          problem.source() == Source.INTROSPECTION || problem.source() == Source.METRICS;
      if (!output.holdsProblems || (ofIpamd && !report.ipamdRead())) {
        console.error(
            "%s %s: %s".formatted(problem.source().label(), problem.reason(), problem.message()));
      }
    }
  }

  /** In which form a poll is printed. */
  private enum Output {
    TABLE(true),
    JSON(true),
    PROMETHEUS(false),
    PUT_METRIC_DATA(false);

    private final boolean holdsProblems;

    Output(boolean holdsProblems) {
      this.holdsProblems = holdsProblems;
    }
  }

  private record Mode(boolean watch, Output output) {}
}
