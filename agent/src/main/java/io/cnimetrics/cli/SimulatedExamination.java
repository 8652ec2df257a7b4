package io.cnimetrics.cli;

import io.cnimetrics.agent.IncreaseHistory;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Settings;
import io.cnimetrics.config.Values;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentSettings.MaxPods;
import io.cnimetrics.doctor.Check;
import io.cnimetrics.doctor.Checks;
import io.cnimetrics.doctor.NodeEvidence;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.snapshot.Reason;
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
import java.util.function.ToIntBiFunction;

/**
 * Examines a simulated node on which an agent has polled for some minutes. Does not wait between
 * polls, but sets the clock forward.
 */
record SimulatedExamination(
    NamedScenario scenario, Values values, Map<String, String> environment) {
  /** How long the agent of a simulated node has polled before doctor runs. */
  private static final Duration WATCHED = Duration.ofMinutes(15);

  /** Returns the result of the diagnosis, which runs while the simulated node still answers. */
  int run(int polls, InstantSource clock, ToIntBiFunction<NodeEvidence, List<Check>> diagnosis) {
    Duration watched = Collections.min(List.of(scenario.warmUp(), WATCHED));
    // The polls start in the past, so that the last poll is at the present time.
    Duration polled = ThisNode.config(values).pollInterval().multipliedBy(polls - 1L);
    Instant first = clock.instant().minus(polled);
    AtomicReference<Instant> now = new AtomicReference<>(first.minus(watched));
    Duration warmUp = scenario.warmUp().minus(watched);
    try (SimulatedSource source = SimulatedSource.start(scenario.scenario(), warmUp, now::get)) {
      AgentConfig config = config(source);
      ExaminedNode node = ExaminedNode.of(config, maxPods(config), environment);
      int before = (int) watched.dividedBy(config.pollInterval());
      List<Report> history = poll(node, source, before, first.minus(watched), now);
      List<Report> reports = poll(node, source, polls, first, now);
      return diagnosis.applyAsInt(
          node.evidence(reports, agent(node, history)),
          Checks.ofNode(LocalProbes.simulated(config, source, now::get)));
    }
  }

  private AgentConfig config(SimulatedSource source) {
    Map<String, String> name =
        values.isGiven(Settings.NODE_NAME)
            ? Map.of()
            : Map.of(Settings.NODE_NAME.name(), scenario.label());
    return ThisNode.config(source.values(values).with(name));
  }

  private MaxPods maxPods(AgentConfig config) {
    boolean given = values.isGiven(Settings.MAX_PODS);
    return new MaxPods(
        config.maxPods().orElseThrow(),
        Optional.of(given ? Settings.MAX_PODS.name() : "simulated"));
  }

  /** Polls without waiting. Stops polling if ipamD hangs, because each poll would take seconds. */
  private static List<Report> poll(
      ExaminedNode node,
      SimulatedSource source,
      int polls,
      Instant first,
      AtomicReference<Instant> now) {
    now.set(first);
    CompletableFuture<Identification> identity =
        CompletableFuture.completedFuture(source.identity(node.config()));
    CommandPoller poller = node.poller(node.reader(now::get), identity, now::get);
    List<Report> reports = new ArrayList<>();
    for (int poll = 0; poll < polls; poll++) {
      now.set(first.plus(node.config().pollInterval().multipliedBy(poll)));
      Report report = poller.once();
      reports.add(report);
      if (report.problems().stream().anyMatch(problem -> problem.reason() == Reason.TIMEOUT)) {
        break;
      }
    }
    return reports;
  }

  private static Optional<AgentReport> agent(ExaminedNode node, List<Report> history) {
    if (history.isEmpty()) {
      return Optional.empty();
    }
    IncreaseHistory increases = new IncreaseHistory();
    history.forEach(poll -> increases.add(poll.snapshot(), poll.reading()));
    return Optional.of(AgentReport.of(node.evidence(history, Optional.empty()), increases.all()));
  }
}
