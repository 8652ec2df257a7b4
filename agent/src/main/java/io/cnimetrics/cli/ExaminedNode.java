package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentSettings;
import io.cnimetrics.doctor.AgentSettings.MaxPods;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.doctor.Poll;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.ipamd.IpamdReader;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A real or simulated node that doctor examines: how to poll it, and the evidence of the polls. */
record ExaminedNode(AgentConfig config, AgentSettings settings) {
  static ExaminedNode of(AgentConfig config, MaxPods maxPods, Map<String, String> environment) {
    return new ExaminedNode(
        config,
        new AgentSettings(
            config.introspectionUrl(),
            config.metricsUrl(),
            config.ipCooldown(),
            maxPods,
            config.hostNetworkPods(),
            config.stateDir(),
            config.sends(),
            config.usesCloudWatch(),
            Run.injecting(environment)));
  }

  IpamdReader reader(InstantSource clock) {
    return new IpamdReader(
        config.introspectionUrl(),
        config.metricsUrl(),
        Checks.series(),
        config.ipCooldown(),
        clock);
  }

  /**
   * Creates a poller whose sampler starts now. Then ipamD is younger than the sampler only if ipamD
   * restarts later.
   */
  CommandPoller poller(
      IpamdReader reader, CompletableFuture<Identification> identity, InstantSource clock) {
    Sampler sampler =
        new Sampler(
            MetricCatalog.all(),
            settings.podLimits(),
            clock.instant(),
            taken -> Duration.ZERO,
            Duration.ZERO);
    return new CommandPoller(config, sampler, reader, Optional.empty(), identity, clock);
  }

  NodeEvidence evidence(List<Report> reports, Optional<AgentReport> agent) {
    Report last = reports.get(reports.size() - 1);
    List<Poll> polls =
        reports.stream().map(report -> new Poll(report.snapshot(), report.reading())).toList();
    return new NodeEvidence(polls, agent, last.node(), last.origins(), settings);
  }
}
