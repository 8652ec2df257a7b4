package io.cnimetrics.cli;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.RecentRestarts;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.AgentReport.Restarts;
import io.cnimetrics.doctor.AgentReport.SendFailure;
import io.cnimetrics.doctor.Since;
import io.cnimetrics.snapshot.NodeIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Converts the page {@code /status} of this node's agent into a report for the doctor. */
final class AgentOfNode {
  /**
   * An agent publishes {@code ipamdDownMinutes} only after the grace period. If the first value
   * already shows that ipamD is down, ipamD perhaps failed earlier.
   */
  private static final Duration FIRST_VALUE = Sampler.GRACE.plusMinutes(1);

  private AgentOfNode() {}

  /**
   * Returns the agent's report, or empty if no agent of this node answers. A report about an ipamD
   * that is up also needs counters: without two reads, the last one less than three minutes ago,
   * the report is empty.
   *
   * @param health the agent's health address
   */
  static Optional<AgentReport> report(InetSocketAddress health, NodeIdentity node, Instant now) {
    try {
      AgentPage page = AgentPage.of(AgentPage.read(AgentPage.address(health)));
      return isOf(node, page.part("node")) ? report(page, now) : Optional.empty();
    } catch (IOException | DateTimeException e) {
      return Optional.empty();
    }
  }

  /** Compares the instance ids. If one of the ids is unknown, compares the node names. */
  private static boolean isOf(NodeIdentity node, AgentPage page) {
    Optional<String> instance = page.text("instanceId");
    return (instance.isPresent() && node.instance().id().isPresent())
        ? instance.equals(node.instance().id())
        : page.text("nodeName").equals(Optional.of(node.nodeName()));
  }

  private static Optional<AgentReport> report(AgentPage page, Instant now) {
    List<RecentIncrease> increases =
        page.list("increases").stream().map(AgentOfNode::increase).toList();
    Restarts restarts = restarts(page, increases, now);
    Optional<SendFailure> failure =
        page.list("destinations").stream()
            .flatMap(destination -> sendFailure(destination).stream())
            .findFirst();
    Optional<Instant> since = page.part("counters").time("readSince");
    return page.part("counters")
        .time("readUntil")
        .filter(until -> until.plus(RecentIncrease.PRESENT).isAfter(now))
        .filter(until -> since.filter(until::isAfter).isPresent())
        .map(until -> new AgentReport(since.orElseThrow(), until, increases, restarts, failure))
        .or(
            () ->
                restarts
                    .down()
                    .map(any -> new AgentReport(now, now, List.of(), restarts, failure)));
  }

  private static Optional<Since> down(AgentPage page) {
    Optional<Instant> grace =
        page.part("agent").time("startedAt").map(start -> start.plus(FIRST_VALUE));
    return page.entry("trouble", "metric", MetricCatalog.IPAMD_DOWN_MINUTES.name())
        .flatMap(trouble -> trouble.time("since"))
        .map(at -> new Since(at, grace.filter(at::isAfter).isPresent()));
  }

  private static RecentIncrease increase(AgentPage entry) {
    return new RecentIncrease(
        entry.text("counter").orElse(""),
        entry.number("amount").orElse(0),
        entry.time("since").orElse(Instant.EPOCH),
        entry.time("last").orElse(Instant.EPOCH),
        entry.number("total"));
  }

  /**
   * If the page has no value of {@code ipamdRecentRestarts}, uses the last increase of {@code
   * ipamdRestarts}.
   */
  private static Restarts restarts(AgentPage page, List<RecentIncrease> increases, Instant now) {
    Optional<RecentIncrease> run =
        increases.stream()
            .filter(entry -> entry.counter().equals(MetricCatalog.IPAMD_RESTARTS.name()))
            .filter(entry -> entry.last().plus(RecentRestarts.PERIOD).isAfter(now))
            .findFirst();
    double count =
        page.entry("metrics", "name", MetricCatalog.IPAMD_RECENT_RESTARTS.name()).stream()
            .flatMapToDouble(metric -> metric.number("value").stream())
            .findFirst()
            .orElse(run.map(RecentIncrease::amount).orElse(0.0));
    Optional<Since> since =
        run.filter(any -> count > 0)
            .map(restarts -> new Since(restarts.since(), restarts.amount() >= count));
    return new Restarts((long) count, since, down(page));
  }

  private static Optional<SendFailure> sendFailure(AgentPage destination) {
    AgentPage failure = destination.part("lastFailure");
    Optional<Instant> success = destination.time("lastSuccess");
    return failure
        .time("at")
        .filter(failed -> success.filter(failed::isBefore).isEmpty())
        .map(
            failed ->
                new SendFailure(
                    failed,
                    success,
                    // An older agent writes only a message, which includes the remedy.
                    failure.text("fact").or(() -> failure.text("message")).orElse(""),
                    failure
                        .text("remedy")
                        .filter(remedy -> !remedy.isEmpty())
                        .map(LocalProbes::sentence)
                        .orElse("")));
  }
}
