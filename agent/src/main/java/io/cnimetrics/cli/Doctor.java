package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Values;
import io.cnimetrics.doctor.AgentSettings;
import io.cnimetrics.doctor.CheckRunner;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.DoctorJson;
import io.cnimetrics.doctor.DoctorTable;
import io.cnimetrics.doctor.Finding;
import io.cnimetrics.doctor.Level;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.doctor.Poll;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.DaggerNodeComponent;
import io.cnimetrics.wiring.NodeComponent;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code doctor}: checks this node for problems; changes nothing. */
final class Doctor implements Command {
  private static final Flag WATCH =
      Flag.of(
          "--watch",
          "DOCTOR_WATCH",
          "N",
          "1",
          "number of polls, one interval apart; with 2 or more it also shows changes");
  private static final Flag VERBOSE =
      Flag.of("--verbose", "DOCTOR_VERBOSE", "BOOL", "false", "also show checks that passed");
  private static final Flag OUTPUT =
      Flag.of("--output", "DOCTOR_OUTPUT", "FORMAT", "table", "table or json");

  private static final Flag SEND_TEST =
      Flag.of(
          "--send-test",
          "DOCTOR_SEND_TEST",
          "BOOL",
          "false",
          "send one datum, doctorTest, to check that CloudWatch accepts it");

  private static final int MOST_POLLS = 60;

  private final Map<String, String> environment;
  private final InstantSource clock;

  Doctor(Map<String, String> environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  @Override
  public String name() {
    return "doctor";
  }

  @Override
  public String summary() {
    return "Finds why pods on this node get no address.";
  }

  @Override
  public List<Flag> ownFlags() {
    return List.of(WATCH, VERBOSE, OUTPUT, SEND_TEST);
  }

  @Override
  public boolean takesSettings() {
    return true;
  }

  @Override
  public int run(Values values, Console console) {
    int polls = values.read(WATCH, text -> Parsers.number(text, 1, MOST_POLLS));
    boolean verbose = values.read(VERBOSE, Parsers::bool);
    Output output = values.read(OUTPUT, text -> Parsers.constant(Output.class, text));
    boolean sendTest = values.read(SEND_TEST, Parsers::bool);
    AgentConfig config = AgentConfig.of(values, HostName.get(), MetricCatalog.names());
    Logging.configure(config.logLevel(), config.logFormat());
    NodeComponent node = DaggerNodeComponent.factory().create(config, clock);
    List<Report> reports = poll(config, node, polls, console);
    Report last = reports.get(reports.size() - 1);
    List<Finding> findings =
        new CheckRunner(Checks.all(LocalProbes.of(config, node.subnets(), sendTest, clock)))
            .run(evidence(config, reports, last));
    console.print(
        switch (output) {
          case TABLE ->
              DoctorTable.of(last.node(), last.cniVersion(), findings, verbose, console.palette());
          case JSON -> DoctorJson.of(findings);
        });
    boolean fails = findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
    return fails ? Cli.FAILED : Cli.OK;
  }

  private List<Report> poll(AgentConfig config, NodeComponent node, int polls, Console console) {
    IpamdReader ipamd =
        new IpamdReader(
            config.introspectionUrl(),
            config.metricsUrl(),
            Checks.series(),
            config.ipCooldown(),
            clock);
    try (OneShotPoller poller =
        new OneShotPoller(
            config, node.sampler(), ipamd, Optional.empty(), OneShotPoller.identity(node), clock)) {
      if (polls == 1) {
        return List.of(poller.once());
      }
      console.error("watching for %d s".formatted((polls - 1) * config.pollInterval().toSeconds()));
      List<Report> reports = new ArrayList<>();
      poller.repeat(
          report -> {
            reports.add(report);
            return reports.size() < polls;
          });
      return reports;
    }
  }

  private NodeEvidence evidence(AgentConfig config, List<Report> reports, Report last) {
    AgentSettings given =
        new AgentSettings(
            config.metricsUrl(),
            config.maxPods(),
            config.hostNetworkPods(),
            config.stateDir(),
            Run.INJECTED.stream()
                .filter(variable -> Run.loadsAgent(variable, environment))
                .toList());
    List<Poll> polls =
        reports.stream().map(report -> new Poll(report.snapshot(), report.reading())).toList();
    return new NodeEvidence(polls, last.node(), last.origins(), given);
  }

  private enum Output {
    TABLE,
    JSON
  }
}
