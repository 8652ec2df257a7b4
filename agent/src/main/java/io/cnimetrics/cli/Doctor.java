package io.cnimetrics.cli;

import io.cnimetrics.agent.IncreaseHistory;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentSettings;
import io.cnimetrics.doctor.AgentSettings.MaxPods;
import io.cnimetrics.doctor.Check;
import io.cnimetrics.doctor.CheckRunner;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.Diagnosis;
import io.cnimetrics.doctor.DoctorJson;
import io.cnimetrics.doctor.DoctorTable;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.doctor.Poll;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** {@code doctor} checks this node for problems and changes nothing. */
record Doctor(Map<String, String> environment, InstantSource clock) implements Command {
  private static final int MOST_POLLS = 60;

  /** How long the agent of a simulated node has polled before doctor runs. */
  private static final Duration WATCHED = Duration.ofMinutes(15);

  private static final Flag<Integer> POLLS =
      Flag.of("--polls", "DOCTOR_POLLS", FlagType.number(1, MOST_POLLS))
          .ifAbsent(
              "1; 3 with --simulate",
              "number of polls, one per --poll-interval; 2 or more polls show which counters rise");
  private static final Flag<Boolean> VERBOSE =
      Flag.of("--verbose", "DOCTOR_VERBOSE", FlagType.SWITCH)
          .defaultsTo(
              "false", "show all findings in full, and the checks that passed or did not run");
  private static final Flag<Output> OUTPUT = Command.output("DOCTOR_OUTPUT");
  private static final Flag<Boolean> SEND_TEST =
      Flag.of("--send-test", "DOCTOR_SEND_TEST", FlagType.SWITCH)
          .defaultsTo("false", "send the datum doctorTest, to test the access to CloudWatch");

  private static final Flag<NamedScenario> SIMULATE =
      Flag.of("--simulate", "DOCTOR_SIMULATE", SimulatedNodeFlags.NAMED)
          .ifAbsent(
              "this node",
              "examine the simulated node of a scenario, such as subnet-empty; 'simulate --list'"
                  + " prints all scenarios");

  /** These settings of {@code run} have no effect, because the doctor publishes no metrics. */
  private static final List<Flag<?>> IGNORED =
      List.of(
          Settings.PUBLISH_INTERVAL, Settings.DIMENSIONS, Settings.METRICS, Settings.PROMETHEUS);

  @Override
  public List<Flag<?>> flags() {
    return Settings.after(List.of(POLLS, VERBOSE, OUTPUT, SEND_TEST, SIMULATE), IGNORED);
  }

  @Override
  public List<Flag<?>> ignoredFlags() {
    return IGNORED;
  }

  @Override
  public int run(Values values, Console console) {
    Optional<NamedScenario> scenario = values.find(SIMULATE);
    Options options =
        new Options(
            values.find(POLLS).orElse(scenario.isPresent() ? 3 : 1),
            values.get(VERBOSE),
            values.get(OUTPUT),
            values.get(SEND_TEST));
    if (options.sendTest() && scenario.isPresent()) {
      values.problem(
          "--send-test and --simulate exclude each other: a simulated node sends nothing");
    }
    Optional<KubeletMaxPods> kubelet =
        values.isGiven(Settings.MAX_PODS) || scenario.isPresent()
            ? Optional.empty()
            : KubeletMaxPods.find(Path.of("/"));
    AgentConfig config =
        ThisNode.config(
            kubelet
                .map(found -> Map.of(Settings.MAX_PODS.name(), String.valueOf(found.pods())))
                .map(values::with)
                .orElse(values));
    Logging.configure(config.logLevel(), config.logFormat());
    return scenario.isPresent()
        ? simulate(scenario.get(), values, options, console)
        : examine(config, kubelet.map(KubeletMaxPods::file), options, console);
  }

  /** The values of the flags that only this command has. */
  private record Options(int polls, boolean verbose, Output output, boolean sendTest) {}

  private int examine(
      AgentConfig config, Optional<Path> maxPodsFile, Options options, Console console) {
    AgentComponent node = ThisNode.component(config, clock);
    List<Report> reports =
        poll(
            config,
            poller(
                config,
                node,
                reader(config, clock).byClockOfIpamd(),
                OneShotPoller.identity(node),
                clock),
            options.polls(),
            console);
    Optional<String> source =
        maxPodsFile
            .map(Path::toString)
            .or(
                () ->
                    config.maxPods().isPresent()
                        ? Optional.of(Settings.MAX_PODS.name())
                        : Optional.empty());
    MaxPods maxPods = new MaxPods(node.podLimits().maxPods(), source);
    List<Check> checks =
        Checks.all(LocalProbes.of(config, node.subnets(), options.sendTest(), clock));
    Optional<AgentReport> agent =
        AgentOfNode.report(
            config.healthAddress(), last(reports).node(), last(reports).snapshot().takenAt());
    return diagnose(evidence(config, maxPods, agent, reports), checks, options, console);
  }

  /**
   * Examines a simulated node on which an agent has polled for some minutes. Does not wait between
   * polls, but sets the clock forward.
   */
  private int simulate(NamedScenario scenario, Values values, Options options, Console console) {
    Duration watched = Collections.min(List.of(scenario.warmUp(), WATCHED));
    // The polls start in the past, so that the last poll is at the present time.
    Duration polled = ThisNode.config(values).pollInterval().multipliedBy(options.polls() - 1L);
    Instant first = clock.instant().minus(polled);
    AtomicReference<Instant> now = new AtomicReference<>(first.minus(watched));
    Duration warmUp = scenario.warmUp().minus(watched);
    try (SimulatedSource source = SimulatedSource.start(scenario.scenario(), warmUp, now::get)) {
      Map<String, String> name =
          values.isGiven(Settings.NODE_NAME)
              ? Map.of()
              : Map.of(Settings.NODE_NAME.name(), scenario.label());
      AgentConfig config = ThisNode.config(source.values(values).with(name));
      int before = (int) watched.dividedBy(config.pollInterval());
      List<Report> history = poll(config, source, before, first.minus(watched), now);
      List<Report> reports = poll(config, source, options.polls(), first, now);
      List<Check> checks = Checks.ofNode(LocalProbes.simulated(config, source, now::get));
      MaxPods maxPods =
          new MaxPods(
              config.maxPods().orElseThrow(),
              Optional.of(
                  values.isGiven(Settings.MAX_PODS) ? Settings.MAX_PODS.name() : "simulated"));
      IncreaseHistory increases = new IncreaseHistory();
      history.forEach(poll -> increases.add(poll.snapshot(), poll.reading()));
      Optional<AgentReport> agent =
          Optional.of(history)
              .filter(polls -> !polls.isEmpty())
              .map(polls -> evidence(config, maxPods, Optional.empty(), polls))
              .map(polls -> AgentReport.of(polls, increases.all()));
      return diagnose(evidence(config, maxPods, agent, reports), checks, options, console);
    }
  }

  /** Polls without waiting. Stops polling if ipamD hangs, because each poll would take seconds. */
  private static List<Report> poll(
      AgentConfig config,
      SimulatedSource source,
      int polls,
      Instant first,
      AtomicReference<Instant> now) {
    now.set(first);
    CompletableFuture<Identification> identity =
        CompletableFuture.completedFuture(source.identity(config));
    OneShotPoller poller =
        poller(
            config,
            ThisNode.component(config, now::get),
            reader(config, now::get),
            identity,
            now::get);
    List<Report> reports = new ArrayList<>();
    for (int poll = 0; poll < polls; poll++) {
      now.set(first.plus(config.pollInterval().multipliedBy(poll)));
      Report report = poller.once();
      reports.add(report);
      if (report.problems().stream().anyMatch(problem -> problem.reason() == Reason.TIMEOUT)) {
        break;
      }
    }
    return reports;
  }

  private static int diagnose(
      NodeEvidence node, List<Check> checks, Options options, Console console) {
    Diagnosis diagnosis = new CheckRunner(checks).run(node);
    console.print(
        switch (options.output()) {
          case TABLE ->
              DoctorTable.of(
                  node.identity(),
                  node.cniVersion(),
                  diagnosis,
                  options.verbose(),
                  console.palette());
          case JSON -> DoctorJson.of(diagnosis);
        });
    return diagnosis.fails() ? Cli.FAILED : Cli.OK;
  }

  /**
   * Creates a poller whose sampler starts now. Then ipamD is younger than the sampler only if ipamD
   * restarts later.
   */
  private static OneShotPoller poller(
      AgentConfig config,
      AgentComponent node,
      IpamdReader reader,
      CompletableFuture<Identification> identity,
      InstantSource clock) {
    Sampler sampler =
        new Sampler(
            MetricCatalog.all(),
            node.podLimits(),
            clock.instant(),
            taken -> Duration.ZERO,
            Duration.ZERO);
    return new OneShotPoller(config, sampler, reader, Optional.empty(), identity, clock);
  }

  private static IpamdReader reader(AgentConfig config, InstantSource clock) {
    return new IpamdReader(
        config.introspectionUrl(),
        config.metricsUrl(),
        Checks.series(),
        config.ipCooldown(),
        clock);
  }

  private static List<Report> poll(
      AgentConfig config, OneShotPoller poller, int polls, Console console) {
    if (polls == 1) {
      return List.of(poller.once());
    }
    console.error("polling for %d s".formatted((polls - 1) * config.pollInterval().toSeconds()));
    List<Report> reports = new ArrayList<>();
    poller.repeat(
        report -> {
          reports.add(report);
          return reports.size() < polls;
        });
    return reports;
  }

  private static Report last(List<Report> reports) {
    return reports.get(reports.size() - 1);
  }

  private NodeEvidence evidence(
      AgentConfig config, MaxPods maxPods, Optional<AgentReport> agent, List<Report> reports) {
    Report last = last(reports);
    AgentSettings given =
        new AgentSettings(
            config.introspectionUrl(),
            config.metricsUrl(),
            config.ipCooldown(),
            maxPods,
            config.hostNetworkPods(),
            config.stateDir(),
            config.sends(),
            config.usesCloudWatch(),
            Run.injecting(environment));
    List<Poll> polls =
        reports.stream().map(report -> new Poll(report.snapshot(), report.reading())).toList();
    return new NodeEvidence(polls, agent, last.node(), last.origins(), given);
  }
}
