package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.RecentRestarts;
import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.IpamdUrls;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.wire.UrlSecrets;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** Checks that ipamD runs, and that doctor can read ipamD's introspection and metrics. */
final class IpamdProcess {
  private IpamdProcess() {}

  static List<Check> checks(Probes.Introspection elsewhere) {
    return List.of(
        Introspection.check(elsewhere),
        READ_METRICS.check(IpamdProcess::metrics),
        RESTARTS.check(IpamdProcess::restarts),
        START.check(IpamdProcess::start));
  }

  /** Returns the series that no metric of the agent reads. */
  static Stream<Series> series() {
    return Stream.of(START_SECONDS, STARTS, Ec2Calls.DETACHED, PoolFaults.FAILED_SUBNETS);
  }

  private static final CheckSpec READ_METRICS =
      CheckSpec.of(
              CheckId.METRICS,
              "`GET /metrics` of ipamD",
              "warn if `--metrics-url` is `none`, no answer arrives, or the answer is not ipamD's"
                  + " metrics; the agent then has no counters",
              "Remove DISABLE_METRICS from aws-node. Or, if DISABLE_METRICS is set on purpose, set"
                  + " the agent's --metrics-url to none")
          .run(removing("none", "; only if DISABLE_METRICS is set on purpose"));

  private static List<Command> removing(String metricsUrl, String condition) {
    return AwsNodeCommands.removing(
        "DISABLE_METRICS",
        AwsNodeCommands.settingsLike("DISABLE_METRICS")
            .noted("true means that aws-node switches the metrics off"),
        AgentCommands.set("IPAMD_METRICS_URL", metricsUrl).noted(condition));
  }

  private static Finding metrics(NodeEvidence node) {
    return node.snapshot()
        .metrics()
        .map(
            read ->
                READ_METRICS.ok(
                    "ipamD reports its counters",
                    "VPC CNI " + read.cniVersion().orElse("of an unknown release")))
        .orElseGet(() -> noMetrics(node));
  }

  private static Finding noMetrics(NodeEvidence node) {
    Problem problem = node.problems(Source.METRICS).get(0);
    boolean off = problem.reason() == Reason.DEGRADED;
    Finding finding =
        READ_METRICS.warn(
            off ? "The agent does not read ipamD's metrics" : "ipamD's metrics cannot be read",
            off ? "--metrics-url is none" : problem.brief(),
            "Without these metrics the agent cannot count refused pods, EC2 errors and restarts");
    Finding caused =
        off
            ? finding.remedied(
                "Unless DISABLE_METRICS is set on purpose, remove it, and set " + URL_OF_AGENT,
                removing(IpamdUrls.METRICS, ""))
            : unread(node, problem.reason(), finding);
    return restartsSeen(node).map(caused::explainedBy).orElse(caused);
  }

  private static final String URL_OF_AGENT =
      "the agent's --metrics-url (IPAMD_METRICS_URL) to " + IpamdUrls.METRICS;

  private static Finding unread(NodeEvidence node, Reason reason, Finding finding) {
    Optional<URI> wrong =
        node.agentSettings().metricsUrl().filter(url -> !url.equals(URI.create(IpamdUrls.METRICS)));
    boolean unreachable = reason == Reason.UNREACHABLE;
    if (unreachable && node.snapshot().pool().isEmpty()) {
      return finding.causedBy("DISABLE_METRICS is set for aws-node, or ipamD does not run");
    } else if (wrong.isPresent()) {
      return finding
          .causedBy(
              "--metrics-url is %s, and %s"
                  .formatted(UrlSecrets.hiddenIn(wrong.get().toString()), misread(wrong.get())))
          .remedied(
              "Set " + URL_OF_AGENT + ". If get ds prints true, remove DISABLE_METRICS too",
              removing(IpamdUrls.METRICS, ""));
    } else if (unreachable) {
      return finding.causedBy(
          "ipamD runs, because its introspection answers. Probably aws-node sets DISABLE_METRICS");
    } else if (reason == Reason.TIMEOUT) {
      return finding.remedied(
          "Find out with top whether the node has free CPU. If CPU is free, restart aws-node on"
              + " this node",
          NodeCommands.TOP,
          AwsNodeCommands.RESTART);
    }
    return finding.remedied(
        "Find the program that listens on the port",
        NodeCommands.listenerOn(IpamdUrls.METRICS_PORT));
  }

  /** Says why this URL is not the URL of ipamD's metrics. */
  private static String misread(URI url) {
    if (url.getPort() == IpamdUrls.INTROSPECTION_PORT) {
      return "port %d is the port of ipamD's introspection. ipamD's metrics have the port %d"
          .formatted(IpamdUrls.INTROSPECTION_PORT, IpamdUrls.METRICS_PORT);
    } else if (url.getPort() != IpamdUrls.METRICS_PORT) {
      return "ipamD uses only port %d".formatted(IpamdUrls.METRICS_PORT);
    }
    return "ipamD of this node has its metrics at " + IpamdUrls.METRICS;
  }

  private static final Duration RECENT = Duration.ofMinutes(10);

  /** ipamD's first start comes within this time after the boot. A later start is a restart. */
  private static final Duration NODE_STARTUP = Duration.ofMinutes(15);

  private static final CheckSpec RESTARTS =
      CheckSpec.of(
              CheckId.IPAMD_RESTARTS,
              "the start time of ipamD's process, and the restarts that the agent saw",
              "fail if doctor sees two restarts, the agent saw three in the last 15 minutes, or"
                  + " ipamD does not answer after a restart; warn if doctor sees one restart, or"
                  + " the agent saw three and ipamD has run for 5 minutes since the last of them;"
                  + " note if ipamD started less than 10 minutes ago and over 15 minutes after the"
                  + " boot",
              "Find the reason with the first command")
          .cases(
              "OOMKilled: raise the memory limit of aws-node with set resources",
              "\"Liveness probe failed\": if top shows no idle CPU, move pods away",
              "\"panic\" in the log: upgrade the VPC CNI, or undo its last upgrade",
              "another reason: the logs have the error",
              "a change of aws-node came just before: undo it with rollout undo")
          .run(
              AwsNodeCommands.LAST_STATE,
              AwsNodeCommands.PREVIOUS_LOG,
              NodeCommands.ERRORS_OF_IPAMD,
              NodeCommands.TOP,
              AwsNodeCommands.CHANGES,
              AwsNodeCommands.RAISE_MEMORY_LIMIT,
              AwsNodeCommands.UNDO_CHANGE)
          .see(Pages.TROUBLESHOOTING);

  private static Finding restarts(NodeEvidence node) {
    return restartsSeen(node).orElseGet(() -> sinceStart(node));
  }

  /** The trouble with restarts that the agent or doctor saw; empty if there is no such trouble. */
  static Optional<Finding> restartsSeen(NodeEvidence node) {
    return restartsSeenByAgent(node).or(() -> restartsWhileWatching(node));
  }

  /** The kubelet waits at most 5 minutes before it restarts a container. */
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  private static Optional<Finding> restartsSeenByAgent(NodeEvidence node) {
    AgentReport.Restarts seen =
        node.agent().map(AgentReport::restarts).orElse(AgentReport.Restarts.NONE);
    boolean down = !node.snapshot().ipamdRead();
    boolean loops = MetricCatalog.IPAMD_RECENT_RESTARTS.isAlert((double) seen.count());
    if (seen.count() == 0 || (!loops && !down)) {
      return Optional.empty();
    }
    String time =
        seen.since()
            .filter(
                since ->
                    since.exact() && since.at().plus(RecentRestarts.PERIOD).isAfter(node.now()))
            .map(since -> RecentIncrease.ago(since.at(), node.now()))
            .orElse("15 minutes");
    String evidence = "%s in the last %s; %s".formatted(restarts(seen.count()), time, state(node));
    Finding finding = RESTARTS.fail(REPEATEDLY, evidence, WHY_RESTARTS).since(seen.since());
    boolean now = down || node.startedWithin(LONGEST_BACKOFF);
    return Optional.of(now ? finding : finding.at(Level.WARN));
  }

  private static String state(NodeEvidence node) {
    if (!node.snapshot().ipamdRead()) {
      return "ipamD does not answer now";
    }
    return "ipamD answers now"
        + node.ipamdStart()
            .map(start -> ", and has run for " + RecentIncrease.ago(start, node.now()))
            .orElse("");
  }

  private static String restarts(long count) {
    return count == 1 ? "1 restart" : count + " restarts";
  }

  private static final String REPEATEDLY = "ipamD restarts repeatedly";
  private static final String WHY_RESTARTS =
      "The liveness probe of aws-node fails, aws-node runs out of memory, or the DaemonSet was"
          + " changed. While ipamD is down, new pods get no address, and no counter rises";

  private static Optional<Finding> restartsWhileWatching(NodeEvidence node) {
    List<Poll> polls = node.polls();
    AgentReport.Restarts seen = restarts(polls);
    if (seen.count() == 0) {
      return Optional.empty();
    }
    long unread = polls.stream().filter(poll -> !poll.snapshot().ipamdRead()).count();
    String evidence =
        "%s in %d polls%s"
                .formatted(
                    restarts(seen.count()),
                    polls.size(),
                    unread == 0 ? "" : "; ipamD did not answer %d of them".formatted(unread))
            + "; "
            + state(node);
    boolean loop = seen.count() > 1 || !node.snapshot().ipamdRead();
    return Optional.of(
        loop
            ? RESTARTS.fail(REPEATEDLY, evidence, WHY_RESTARTS).since(seen.since())
            : RESTARTS
                .warn("ipamD restarted while doctor watched", evidence, WHY_RESTARTS)
                .since(seen.since()));
  }

  /** The restarts that these polls show, and the time of the first poll that shows a restart. */
  static AgentReport.Restarts restarts(List<Poll> polls) {
    Optional<Since> since =
        polls.stream()
            .filter(poll -> restarts(poll) > 0)
            .map(poll -> Since.exactly(poll.snapshot().takenAt()))
            .findFirst();
    return new AgentReport.Restarts(restarts(polls.get(polls.size() - 1)), since, Optional.empty());
  }

  private static long restarts(Poll poll) {
    return poll.reading().history().restarts();
  }

  private static Finding sinceStart(NodeEvidence node) {
    if (node.snapshot().metrics().isEmpty()) {
      return RESTARTS.notChecked(METRICS.whyNot());
    }
    IpamdMetrics metrics = node.metrics();
    if (metrics.processStartSeconds().isEmpty()) {
      return RESTARTS.notChecked("ipamD does not report when its process started");
    }
    double start = metrics.processStartSeconds().getAsDouble();
    double age = node.snapshot().takenAt().toEpochMilli() / 1000.0 - start;
    double sinceBoot = start - metrics.boot().map(IpamdMetrics.Boot::seconds).orElse(start);
    String evidence = "ipamD has run for %s".formatted(time(age));
    return age < RECENT.toSeconds() && sinceBoot > NODE_STARTUP.toSeconds()
        ? RESTARTS
            .note(
                "ipamD restarted in the last 10 minutes",
                "%s, and the node for %s".formatted(evidence, time(age + sinceBoot)),
                "aws-node was upgraded or changed, or ipamD crashed")
            .since(node.ipamdStart().map(Since::exactly))
            .remedied(
                "If you did not change aws-node, check whether ipamD restarts again",
                AgentCommands.doctor("--polls 5"),
                AwsNodeCommands.LAST_STATE,
                AwsNodeCommands.PREVIOUS_LOG)
        : RESTARTS.ok("ipamD keeps running", evidence);
  }

  /** Whether ipamD's process is younger than 10 minutes. */
  static boolean startedRecently(NodeEvidence node) {
    return node.startedWithin(RECENT);
  }

  private static String time(double seconds) {
    return seconds < 7_200
        ? "%.0f min".formatted(Math.floor(seconds / 60))
        : "%.0f h".formatted(Math.floor(seconds / 3_600));
  }

  private static final Series START_SECONDS =
      Series.of("awscni_ipamd_startup_duration_seconds_sum");
  private static final Series STARTS = Series.of("awscni_ipamd_startup_duration_seconds_count");

  /**
   * The kubelet starts the liveness probe this many seconds after the container aws-node started.
   */
  private static final double SLOW_SECONDS = 60;

  private static final CheckSpec START =
      CheckSpec.of(
              CheckId.IPAMD_START,
              "`awscni_ipamd_startup_duration_seconds`",
              "note if the start took over 60 s",
              "Find the longest pause between two lines of the log after the start. The line before"
                  + " the pause shows what ipamD waited for")
          .run(AwsNodeCommands.LOG_OF_START, NodeCommands.STARTS_OF_IPAMD)
          .needs(METRICS);

  static boolean reportsStarts(IpamdMetrics metrics) {
    return metrics.gauge(STARTS).isPresent();
  }

  private static Finding start(NodeEvidence node) {
    OptionalDouble starts = node.gauge(STARTS);
    if (starts.orElse(0) <= 0) {
      return START.notChecked("only VPC CNI 1.20.0 and later report the starts of ipamD");
    }
    double seconds = node.total(START_SECONDS) / starts.getAsDouble();
    String evidence = String.format(Locale.ROOT, "ready after %.1f s", seconds);
    return seconds > SLOW_SECONDS
        ? START
            .note(
                "ipamD started slowly",
                evidence,
                "EC2 throttled or denied calls, the API server or instance metadata did not answer,"
                    + " or the node was short of CPU")
            .since(node.ipamdStart().map(Since::exactly))
        : START.ok("ipamD started quickly", evidence);
  }
}
