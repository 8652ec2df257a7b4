package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.doctor.AgentSettings;
import io.cnimetrics.doctor.CheckRunner;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.Diagnosis;
import io.cnimetrics.doctor.DoctorJson;
import io.cnimetrics.doctor.DoctorTable;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.doctor.Poll;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.health.MetricsPage.BuildInfo;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.text.Console;
import io.cnimetrics.wiring.AgentComponent;
import io.cnimetrics.wiring.DaggerAgentComponent;
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
          .defaultsTo(
              "1",
              "number of polls, one per --poll-interval; 2 or more polls show which counters rise");
  private static final Flag<Boolean> VERBOSE =
      Flag.of("--verbose", "DOCTOR_VERBOSE", FlagType.SWITCH)
          .defaultsTo("false", "also show the checks that passed");
  private static final Flag<Output> OUTPUT =
      Flag.of("--output", "DOCTOR_OUTPUT", FlagType.oneOf("FORMAT", Output.class))
          .defaultsTo("table", "table or json");
  private static final Flag<Boolean> SEND_TEST =
      Flag.of("--send-test", "DOCTOR_SEND_TEST", FlagType.SWITCH)
          .defaultsTo("false", "send the datum doctorTest, to test the access to CloudWatch");

  /** These settings have no effect, because the doctor publishes and serves nothing. */
  private static final List<Flag<?>> IGNORED =
      List.of(
          Settings.PUBLISH_INTERVAL,
          Settings.DIMENSIONS,
          Settings.METRICS,
          Settings.HEALTH_ADDRESS,
          Settings.CLOUDWATCH,
          Settings.PROMETHEUS);

  @Override
  public List<Flag<?>> flags() {
    return Settings.after(List.of(POLLS, VERBOSE, OUTPUT, SEND_TEST), IGNORED);
  }

  @Override
  public List<Flag<?>> ignoredFlags() {
    return IGNORED;
  }

  @Override
  public int run(Values values, Console console) {
    int polls = values.get(POLLS);
    boolean verbose = values.get(VERBOSE);
    Output output = values.get(OUTPUT);
    boolean sendTest = values.get(SEND_TEST);
    AgentConfig config = AgentConfig.of(values, HostName.get(), MetricCatalog.names());
    Logging.configure(config.logLevel(), config.logFormat());
    AgentComponent node =
        DaggerAgentComponent.factory().create(config, BuildInfo.of(Version.get()), clock);
    List<Report> reports = poll(config, node, polls, console);
    Report last = reports.get(reports.size() - 1);
    Diagnosis diagnosis =
        new CheckRunner(Checks.all(LocalProbes.of(config, node.subnets(), sendTest, clock)))
            .run(evidence(config, reports, last));
    console.print(
        switch (output) {
          case TABLE ->
              DoctorTable.of(last.node(), last.cniVersion(), diagnosis, verbose, console.palette());
          case JSON -> DoctorJson.of(diagnosis);
        });
    return diagnosis.fails() ? Cli.FAILED : Cli.OK;
  }

  private List<Report> poll(AgentConfig config, AgentComponent node, int polls, Console console) {
    IpamdReader ipamd =
        new IpamdReader(
            config.introspectionUrl(),
            config.metricsUrl(),
            Checks.series(),
            config.ipCooldown(),
            clock);
    OneShotPoller poller =
        new OneShotPoller(
            config, node.sampler(), ipamd, Optional.empty(), OneShotPoller.identity(node), clock);
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

  private NodeEvidence evidence(AgentConfig config, List<Report> reports, Report last) {
    AgentSettings given =
        new AgentSettings(
            config.metricsUrl(),
            config.maxPods(),
            config.hostNetworkPods(),
            config.stateDir(),
            Run.injecting(environment));
    List<Poll> polls =
        reports.stream().map(report -> new Poll(report.snapshot(), report.reading())).toList();
    return new NodeEvidence(polls, Optional.empty(), last.node(), last.origins(), given);
  }

  private enum Output {
    TABLE,
    JSON
  }
}
