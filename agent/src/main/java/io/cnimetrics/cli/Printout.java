package io.cnimetrics.cli;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.MinuteAggregation;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.dryrun.JsonReport;
import io.cnimetrics.dryrun.PolledMinute;
import io.cnimetrics.dryrun.PutMetricDataJson;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.dryrun.TableReport;
import io.cnimetrics.health.PrometheusText;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.text.Console;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What a dry run prints of its polls. */
final class Printout {
  private final AgentConfig config;
  private final Form form;
  private final boolean watch;
  private final Console console;
  private List<Problem> told = List.of();
  private Optional<PolledMinute> open = Optional.empty();

  /** In which form a poll is printed. */
  enum Form {
    TABLE(true),
    JSON(true),
    PROMETHEUS(false),
    PUT_METRIC_DATA(false);

    private final boolean holdsProblems;

    Form(boolean holdsProblems) {
      this.holdsProblems = holdsProblems;
    }
  }

  Printout(AgentConfig config, Form form, boolean watch, Console console) {
    this.config = config;
    this.form = form;
    this.watch = watch;
    this.console = console;
  }

  /** Whether there will be more than one poll. */
  boolean watch() {
    return watch;
  }

  /**
   * Prints a poll, and on standard error what the form has no place for.
   *
   * @return false if nobody reads any more
   */
  boolean print(Report poll) {
    tellProblems(poll);
    return console.print(
        switch (form) {
          case TABLE -> TableReport.of(poll, console.palette()) + (watch ? "\n" : "");
          case JSON -> JsonReport.of(poll, !watch);
          case PROMETHEUS -> PrometheusText.of(poll.samples());
          case PUT_METRIC_DATA -> request(poll);
        });
  }

  /**
   * Says why ipamD could not be read and, where the form has no place for them, all problems; those
   * that last it says once.
   */
  private void tellProblems(Report poll) {
    for (Problem problem : poll.problems()) {
      boolean ofIpamd =
          problem.source() == Source.INTROSPECTION || problem.source() == Source.METRICS;
      boolean isToTell = !form.holdsProblems || (!watch && ofIpamd && !poll.ipamdRead());
      if (isToTell && !told.contains(problem)) {
        console.error(
            "%s %s: %s".formatted(problem.source().label(), problem.reason(), problem.message()));
      }
    }
    told = poll.problems();
  }

  /** The minute that this poll ends, if there are more to come: CloudWatch would add up two. */
  private String request(Report poll) {
    List<Map<String, String>> sets = DimensionValues.of(config.dimensions(), poll.node());
    PolledMinute now =
        open.filter(minute -> minute.has(poll))
            .map(minute -> minute.and(poll))
            .orElseGet(() -> PolledMinute.of(poll));
    Optional<PolledMinute> ended =
        watch ? open.filter(minute -> !minute.has(poll)) : Optional.of(now);
    open = Optional.of(now);
    return ended.map(minute -> request(minute, sets)).orElse("");
  }

  private String request(PolledMinute minute, List<Map<String, String>> sets) {
    String request = PutMetricDataJson.of(minute, config.namespace(), sets, !watch);
    if (request.isEmpty()) {
      console.error("nothing to send: " + whyNothing());
    }
    return request;
  }

  private String whyNothing() {
    List<String> reasons = new ArrayList<>();
    reasons.add("no metric that is asked for has a value yet");
    if (wanted(Printout::isIncrease).isPresent()) {
      reasons.add("an increase takes two polls" + (watch ? "" : ": --watch"));
    }
    wanted(PlannedCluster::isOfStart)
        .ifPresent(metric -> reasons.add(metric.name() + " is sent by run alone"));
    wanted(metric -> metric.isOfSubnet() && !config.subnets())
        .ifPresent(metric -> reasons.add(metric.name() + " takes --subnets"));
    return String.join("; ", reasons);
  }

  private static boolean isIncrease(Metric metric) {
    return (metric.within() == MinuteAggregation.SUM || metric.within() == MinuteAggregation.MEAN)
        && !PlannedCluster.isOfStart(metric);
  }

  private Optional<Metric> wanted(Predicate<Metric> which) {
    return MetricCatalog.all().stream()
        .filter(metric -> config.metrics().includes(metric.name(), metric.core()))
        .filter(which)
        .findFirst();
  }
}
