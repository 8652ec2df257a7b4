package io.cnimetrics.cli;

import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentSettings.MaxPods;
import io.cnimetrics.doctor.Check;
import io.cnimetrics.doctor.CheckRunner;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.Diagnosis;
import io.cnimetrics.doctor.DoctorJson;
import io.cnimetrics.doctor.DoctorTable;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code doctor} checks this node for problems and changes nothing. */
record Doctor(Map<String, String> environment, InstantSource clock) implements Command {
  private static final int MOST_POLLS = 60;

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
        ? new SimulatedExamination(scenario.get(), values, environment)
            .run(options.polls(), clock, (node, checks) -> diagnose(node, checks, options, console))
        : examine(config, kubelet.map(KubeletMaxPods::file), options, console);
  }

  /** The values of the flags that only this command has. */
  private record Options(int polls, boolean verbose, Output output, boolean sendTest) {}

  private int examine(
      AgentConfig config, Optional<Path> maxPodsFile, Options options, Console console) {
    AgentComponent node = ThisNode.component(config, clock);
    Optional<String> source =
        maxPodsFile
            .map(Path::toString)
            .or(
                () ->
                    config.maxPods().isPresent()
                        ? Optional.of(Settings.MAX_PODS.name())
                        : Optional.empty());
    ExaminedNode examined =
        ExaminedNode.of(config, new MaxPods(node.podLimits().maxPods(), source), environment);
    CommandPoller poller =
        examined.poller(
            examined.reader(clock).byClockOfIpamd(), CommandPoller.identity(node), clock);
    List<Report> reports = poll(config, poller, options.polls(), console);
    Report last = reports.get(reports.size() - 1);
    Optional<AgentReport> agent =
        AgentOfNode.report(config.healthAddress(), last.node(), last.snapshot().takenAt());
    return diagnose(
        examined.evidence(reports, agent),
        Checks.all(LocalProbes.of(config, node.subnets(), options.sendTest(), clock)),
        options,
        console);
  }

  private static List<Report> poll(
      AgentConfig config, CommandPoller poller, int polls, Console console) {
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
}
