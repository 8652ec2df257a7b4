package io.cnimetrics.cli;

import io.cnimetrics.agent.Dimensions;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.ConfigException;
import io.cnimetrics.config.Dimension;
import io.cnimetrics.dryrun.JsonReport;
import io.cnimetrics.dryrun.PolledMinute;
import io.cnimetrics.dryrun.PutMetricDataJson;
import io.cnimetrics.dryrun.Report;
import io.cnimetrics.dryrun.TableReport;
import io.cnimetrics.health.PrometheusText;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.text.Console;
import io.cnimetrics.text.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class DryRunPrinter {
  private static final String NOTHING =
      "nothing to send: no selected metric has a value yet. Counters need two polls (use --watch),"
          + " subnetFreeIPs needs --subnets, and only the command run sends agentStarts";

  private final AgentConfig config;
  private final Format format;
  private final boolean watch;
  private final Console console;
  private List<Problem> reported = List.of();
  private Optional<PolledMinute> open = Optional.empty();

  enum Format {
    TABLE(true),
    JSON(true),
    PROMETHEUS(false),
    PUT_METRIC_DATA(false);

    private final boolean holdsProblems;

    Format(boolean holdsProblems) {
      this.holdsProblems = holdsProblems;
    }
  }

  DryRunPrinter(AgentConfig config, Format format, boolean watch, Console console) {
    this.config = config;
    this.format = format;
    this.watch = watch;
    this.console = console;
  }

  /** Whether the command polls more than once. */
  boolean watch() {
    return watch;
  }

  /**
   * Prints a poll. Problems go to standard error if the output format cannot show problems.
   *
   * @return false if the reader of the output has closed the pipe
   */
  boolean print(Report poll) {
    reportProblems(poll);
    return console.print(
        switch (format) {
          case TABLE -> TableReport.of(poll, console.palette()) + (watch ? "\n" : "");
          case JSON -> JsonReport.of(poll, !watch);
          case PROMETHEUS -> Printable.ofLines(PrometheusText.of(poll.samples(), poll.labels()));
          case PUT_METRIC_DATA -> request(poll);
        });
  }

  /**
   * Writes problems to standard error if the output format cannot show problems. If the command
   * polls only once and cannot read ipamD, always writes ipamD's problems. A problem that lasts is
   * written only once.
   */
  private void reportProblems(Report poll) {
    for (Problem problem : poll.problems()) {
      boolean ofIpamd =
          problem.source() == Source.INTROSPECTION || problem.source() == Source.METRICS;
      boolean isDue = !format.holdsProblems || (!watch && ofIpamd && !poll.ipamdRead());
      if (isDue && !reported.contains(problem)) {
        console.error(
            "%s %s: %s".formatted(problem.source().label(), problem.reason(), problem.message()));
      }
    }
    reported = poll.problems();
  }

  /** Prints each minute once, because CloudWatch adds up values that are sent twice. */
  private String request(Report poll) {
    List<Map<String, String>> sets = dimensions(poll.node());
    PolledMinute now =
        open.filter(minute -> minute.has(poll))
            .map(minute -> minute.and(poll))
            .orElseGet(() -> PolledMinute.of(poll));
    Optional<PolledMinute> ended =
        watch ? open.filter(minute -> !minute.has(poll)) : Optional.of(now);
    open = Optional.of(now);
    return ended.map(minute -> request(minute, sets)).orElse("");
  }

  /**
   * The dimension sets with the values of this node.
   *
   * @throws ConfigException if the region or the value of a dimension is unknown
   */
  private List<Map<String, String>> dimensions(NodeIdentity node) {
    List<String> problems = new ArrayList<>();
    if (node.region().isEmpty()) {
      problems.add("put-metric-data needs the region: set --region");
    }
    Map<String, String> known = Dimensions.known(node);
    List<Map<String, String>> filled = new ArrayList<>();
    for (List<Dimension> set : config.dimensions()) {
      Map<String, String> values = new LinkedHashMap<>();
      for (Dimension dimension : set) {
        Optional.ofNullable(known.get(dimension.name()))
            .ifPresentOrElse(
                value -> values.put(dimension.name(), value),
                () -> problems.add(unknown(dimension)));
      }
      filled.add(values);
    }
    if (!problems.isEmpty()) {
      throw new ConfigException(problems.stream().distinct().toList());
    }
    return filled;
  }

  private static String unknown(Dimension dimension) {
    return dimension == Dimension.CLUSTER_ID
        ? "put-metric-data needs the cluster name: set --cluster-id"
        : Dimensions.unknown(List.of(dimension.name()));
  }

  private String request(PolledMinute minute, List<Map<String, String>> sets) {
    String request = PutMetricDataJson.of(minute, config.namespace(), sets, !watch);
    if (request.isEmpty()) {
      console.error(NOTHING);
    }
    return request;
  }
}
