package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.METRICS;

import io.cnimetrics.snapshot.IpamdMetrics;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Series;
import io.cnimetrics.snapshot.Source;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Stream;

/** Checks that ipamD runs and can be read. */
final class IpamdProcess {
  private IpamdProcess() {}

  static List<Check> checks(Probes.Introspection elsewhere) {
    return List.of(
        Introspection.check(elsewhere),
        READ_METRICS.check(IpamdProcess::metrics),
        RESTARTS.check(IpamdProcess::restarts),
        START.check(IpamdProcess::start));
  }

  /** The series that only these checks read. */
  static Stream<Series> series() {
    return Stream.of(START_SECONDS, STARTS, FAILED_STARTS);
  }

  private static final CheckSpec READ_METRICS =
      CheckSpec.of(
          "metrics",
          "`GET /metrics` of ipamD",
          "warn: switched off by setting, no answer, or not ipamD's metrics; the agent then has no"
              + " counters",
          "Unless you need DISABLE_METRICS, remove it: kubectl -n kube-system set env ds aws-node"
              + " DISABLE_METRICS-; if you need it, set --metrics-url none");

  private static Finding metrics(NodeEvidence node) {
    return node.snapshot()
        .metrics()
        .map(
            read ->
                READ_METRICS.ok(
                    "ipamD reports its counters",
                    "VPC CNI " + read.cniVersion().orElse("of an unknown release")))
        .orElseGet(() -> noMetrics(node.problems(Source.METRICS).get(0)));
  }

  private static Finding noMetrics(Problem problem) {
    boolean off = problem.reason() == Reason.DEGRADED;
    return READ_METRICS.warn(
        off ? "ipamD's metrics are not read" : "ipamD's metrics cannot be read",
        off ? "--metrics-url none" : problem.brief(),
        problem.reason() == Reason.UNREACHABLE
            ? "DISABLE_METRICS is set for aws-node, or ipamD does not run"
            : "Without the metrics, refused pods, EC2 errors and restarts are not seen");
  }

  private static final Duration RECENT = Duration.ofMinutes(10);

  /** A node whose ipamD is at most this much younger is new itself. */
  private static final Duration NODE_STARTUP = Duration.ofMinutes(15);

  private static final CheckSpec RESTARTS =
      CheckSpec.of(
              "ipamd-restarts",
              "the start time of ipamD's process",
              "fail: two or more restarts while watching; warn: one restart, or a start less than"
                  + " 10 minutes ago on an older node",
              "Find out why it ended: the Last State of its pod (kubectl describe) and the previous"
                  + " log (kubectl logs -c aws-node -p). The pod: "
                  + Commands.FIND_AWS_NODE)
          .needs(METRICS)
          .see(Pages.TROUBLESHOOTING);

  private static Finding restarts(NodeEvidence node) {
    long restarts = node.last().reading().history().restarts();
    if (restarts == 0) {
      return sinceStart(node);
    }
    String evidence =
        "%d %s in %d polls"
            .formatted(restarts, restarts == 1 ? "restart" : "restarts", node.polls().size());
    String cause = "A failing liveness probe, too little memory, or a change to the DaemonSet";
    return restarts > 1
        ? RESTARTS.fail("ipamD restarts repeatedly", evidence, cause)
        : RESTARTS.warn("ipamD restarted while watching", evidence, cause);
  }

  private static Finding sinceStart(NodeEvidence node) {
    IpamdMetrics metrics = node.metrics();
    if (metrics.processStartSeconds().isEmpty()) {
      return RESTARTS.notChecked("ipamD does not report when its process started");
    }
    double start = metrics.processStartSeconds().getAsDouble();
    double age = node.snapshot().takenAt().toEpochMilli() / 1000.0 - start;
    double sinceBoot = start - metrics.bootSeconds().orElse(start);
    String evidence = "it has run for %s".formatted(time(age));
    return age < RECENT.toSeconds() && sinceBoot > NODE_STARTUP.toSeconds()
        ? RESTARTS.warn(
            "ipamD restarted recently",
            "%s, the node for %s".formatted(evidence, time(age + sinceBoot)),
            "An upgrade or a change of aws-node, or a crash")
        : RESTARTS.ok("ipamD keeps running", evidence);
  }

  private static String time(double seconds) {
    return seconds < 7_200
        ? "%.0f min".formatted(Math.floor(seconds / 60))
        : "%.0f h".formatted(Math.floor(seconds / 3_600));
  }

  private static final Series START_SECONDS =
      Series.of("awscni_ipamd_startup_duration_seconds_sum");
  private static final Series STARTS = Series.of("awscni_ipamd_startup_duration_seconds_count");
  private static final Series FAILED_STARTS =
      Series.of("awscni_ipamd_startup_duration_seconds_count", "success", Set.of("false"));

  /** After this time the kubelet's liveness probe of aws-node starts. */
  private static final double SLOW_SECONDS = 60;

  private static final CheckSpec START =
      CheckSpec.of(
              "ipamd-start",
              "`awscni_ipamd_startup_duration_seconds`",
              "warn: a start took over 60 s, or failed",
              "Find out what it waited for: grep -i error /var/log/aws-routed-eni/ipamd.log; see"
                  + " also ec2-throttled and ec2-denied")
          .needs(METRICS);

  private static Finding start(NodeEvidence node) {
    OptionalDouble starts = node.gauge(STARTS);
    if (starts.orElse(0) <= 0) {
      return START.notChecked("reported by VPC CNI 1.20.0 and later");
    }
    double seconds = node.total(START_SECONDS) / starts.getAsDouble();
    double failed = node.total(FAILED_STARTS);
    String evidence =
        String.format(Locale.ROOT, "%.1f s until ready, %.0f failed starts", seconds, failed);
    return seconds > SLOW_SECONDS || failed > 0
        ? START.warn(
            failed > 0 ? "ipamD failed to start at first" : "ipamD started slowly",
            evidence,
            "EC2 throttles or denies calls, the API server or instance metadata does not answer,"
                + " or the node is short of CPU")
        : START.ok("ipamD started quickly", evidence);
  }
}
