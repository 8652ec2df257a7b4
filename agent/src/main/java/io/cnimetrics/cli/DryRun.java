package io.cnimetrics.cli;

import io.cnimetrics.aws.Subnets;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
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

  /** These settings of {@code run} have no effect, because a dry run only prints metrics. */
  private static final List<Flag<?>> IGNORED =
      List.of(
          Settings.PUBLISH_INTERVAL,
          Settings.STATE_DIR,
          Settings.HEALTH_ADDRESS,
          Settings.CLOUDWATCH,
          Settings.OTLP_ENDPOINT,
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
    AgentConfig config = ThisNode.config(values);
    Logging.configure(config.logLevel(), config.logFormat());
    DestinationWarning.log(config);
    DryRunPrinter printer = new DryRunPrinter(config, format, watch, console);
    if (simulate) {
      return simulate(values, printer);
    }
    AgentComponent node = ThisNode.component(config, clock);
    return run(config, node, node.subnets(), CommandPoller.identity(node), printer);
  }

  /**
   * Whether to poll repeatedly. The flags --once and --watch exclude each other. A flag overrides
   * the environment variables of both.
   */
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

  private int simulate(Values values, DryRunPrinter printer) {
    // The pods start so slowly that ipamD has a free address ready for each pod.
    Scenario scenario = Scenario.of("m5.xlarge").pods(PodSchedule.parse("0:18:0.1"));
    try (SimulatedSource node = SimulatedSource.start(scenario, SETTLED, clock)) {
      AgentConfig config = ThisNode.config(node.values(values));
      return run(
          config,
          ThisNode.component(config, clock),
          node.subnets(config),
          CompletableFuture.completedFuture(node.identity(config)),
          printer);
    }
  }

  private int run(
      AgentConfig config,
      AgentComponent node,
      Optional<Subnets> subnets,
      CompletableFuture<Identification> identity,
      DryRunPrinter printer) {
    CommandPoller poller =
        new CommandPoller(config, node.sampler(), node.ipamdReader(), subnets, identity, clock);
    if (printer.watch()) {
      poller.repeat(printer::print);
      return Cli.OK;
    }
    Report report = poller.once();
    printer.print(report);
    return report.ipamdRead() ? Cli.OK : Cli.FAILED;
  }
}
