package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.Requirement.REGION;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.snapshot.NodeIdentity.Origin;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Checks that the agent can reach AWS and publish metrics. All these checks do I/O. */
final class AwsAccess {
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(2);

  /** This limit includes the time to load the SDK's client. */
  private static final Duration SEND_LIMIT = Duration.ofSeconds(6);

  private AwsAccess() {}

  static List<Check> checks(Probes probes) {
    return List.of(
        cloudWatchEndpoint(probes.cloudWatch()),
        ec2Endpoint(probes.ec2(), probes.subnets().isPresent()),
        PUBLISHING_CHECK,
        testDatum(probes.testSend()),
        clock(probes.cloudWatch()));
  }

  private static final CheckSpec CLOUDWATCH_ENDPOINT =
      endpointSpec(CheckId.MONITORING_ENDPOINT, "monitoring");
  private static final CheckSpec EC2_ENDPOINT = endpointSpec(CheckId.EC2_ENDPOINT, "ec2");

  private static CheckSpec endpointSpec(CheckId id, String prefix) {
    return CheckSpec.of(
            id,
            "whether the region's endpoint `%s` answers".formatted(prefix),
            "warn if the name does not resolve, the connection fails, or no answer arrives",
            ("A private subnet needs an interface endpoint for %s with private DNS. The endpoint's"
                    + " security group must allow the node on port 443. If you use a proxy instead,"
                    + " set HTTPS_PROXY")
                .formatted(prefix))
        .run(AwsCommands.vpcEndpoints(prefix), AgentCommands.PROXY)
        .needs(REGION)
        .see(Pages.PRIVATE_CLUSTERS);
  }

  static Check cloudWatchEndpoint(Probes.Endpoint endpoint) {
    return CLOUDWATCH_ENDPOINT
        .check(
            node ->
                node.agentSettings().cloudWatch()
                    ? endpoint(CLOUDWATCH_ENDPOINT, "CloudWatch", node, endpoint)
                    : CLOUDWATCH_ENDPOINT.ok(
                        "The agent needs no CloudWatch", "it sends no metrics there"))
        .withIo(PROBE_LIMIT);
  }

  /** The agent makes no call to EC2 if its settings contain the cluster name and no --subnets. */
  static Check ec2Endpoint(Probes.Endpoint endpoint, boolean subnets) {
    return EC2_ENDPOINT
        .check(
            node ->
                !subnets && clusterIsGiven(node)
                    ? EC2_ENDPOINT.ok("The agent needs no EC2 call", "the cluster name is set")
                    : endpoint(EC2_ENDPOINT, "EC2", node, endpoint))
        .withIo(PROBE_LIMIT);
  }

  private static boolean clusterIsGiven(NodeEvidence node) {
    return node.origins().clusterId().filter(Origin.GIVEN::equals).isPresent();
  }

  private static Finding endpoint(
      CheckSpec spec, String service, NodeEvidence node, Probes.Endpoint endpoint) {
    Probes.EndpointResult result = endpoint.probe(node.identity().region().orElseThrow());
    return result
        .failure()
        .map(
            failure -> {
              Finding finding =
                  spec.warn(
                      service + " cannot be reached",
                      "%s: %s".formatted(result.url(), failure),
                      "The subnet has no endpoint, NAT or proxy, or a firewall blocks the node");
              return AwsTrouble.of(failure).map(why -> why.on(finding, failure)).orElse(finding);
            })
        .orElseGet(() -> spec.ok(service + " can be reached", result.url()));
  }

  private static final Duration LONG_AGO = Duration.ofMinutes(5);

  private static final CheckSpec PUBLISHING =
      CheckSpec.of(
              CheckId.PUBLISHING,
              "the last answer of AWS to the agent on this node, by `/status`",
              "warn if no request succeeded for 5 minutes; note if only the last request failed",
              "Read the log of the agent on this node")
          .run(AgentCommands.LOG, AwsCommands.ROLE_OF_AGENT)
          .see(Pages.PUT_METRIC_DATA);

  static final Check PUBLISHING_CHECK = PUBLISHING.check(AwsAccess::publishing);

  private static Finding publishing(NodeEvidence node) {
    if (!node.agentSettings().sends()) {
      return PUBLISHING.ok("The agent sends no metrics", "only Prometheus reads them");
    }
    if (node.agent().isEmpty()) {
      return PUBLISHING.notChecked("no agent on this node answers on --health-address");
    }
    Optional<AgentReport.SendFailure> failure = node.agent().get().sendFailure();
    if (failure.isEmpty()) {
      return PUBLISHING.ok("The agent publishes", "the last request succeeded");
    }
    Optional<Instant> success = failure.get().lastSuccess();
    String evidence =
        "%s, at %s; %s"
            .formatted(
                failure.get().fact(),
                RecentIncrease.time(failure.get().at(), node.now()),
                success
                    .map(at -> "the last success was at " + RecentIncrease.time(at, node.now()))
                    .orElse("no request succeeded since the agent started"));
    boolean lasts = success.filter(at -> at.plus(LONG_AGO).isAfter(node.now())).isEmpty();
    Finding finding =
        PUBLISHING.warn(
            lasts ? "The agent does not publish" : "The agent's last request failed",
            evidence,
            "The agent keeps the unsent metrics, and sends them later");
    Finding advised =
        failure.get().remedy().isEmpty()
            ? finding
            : finding.remedied(
                failure.get().remedy(), commands(failure.get().fact(), AgentCommands.LOG));
    return lasts
        ? advised.since(
            success
                .map(Since::exactly)
                .or(
                    () ->
                        node.agent()
                            .filter(AgentReport::knowsIncreases)
                            .map(AgentReport::startedAt)
                            .map(Since::before)))
        : advised.at(Level.NOTE);
  }

  /** No dashboard and no alarm uses this metric. */
  private static final String TEST_METRIC = "doctorTest";

  private static final CheckSpec TEST_DATUM =
      CheckSpec.of(
              CheckId.PUT_METRIC_DATA,
              ("CloudWatch's answer to the datum `%s`, which has no dimensions and is in the"
                      + " agent's namespace; only with `--send-test`")
                  .formatted(TEST_METRIC),
              "fail if CloudWatch denies or rejects the datum, or does not answer",
              "Correct what the reason names: the route, the proxy, the credentials or the clock."
                  + " If CloudWatch denies the datum, attach iam-policy/CNIMetricsHelperPolicy.json"
                  + " to the agent's role, and allow the agent's namespace")
          .run(AwsCommands.ROLE_OF_AGENT)
          .needs(REGION)
          .see(Pages.PUT_METRIC_DATA);

  static Check testDatum(Optional<Probes.TestSend> send) {
    return TEST_DATUM
        .check(
            node ->
                send.map(sender -> testDatum(node, sender))
                    .orElseGet(
                        () ->
                            TEST_DATUM.notRequested(
                                "only --send-test sends the datum %s".formatted(TEST_METRIC))))
        .withIo(SEND_LIMIT);
  }

  private static Finding testDatum(NodeEvidence node, Probes.TestSend sender) {
    return sender
        .send(TEST_METRIC, node.identity().region().orElseThrow())
        .map(
            refusal ->
                TEST_DATUM
                    .fail(
                        "CloudWatch does not accept the test datum",
                        refusal.fact(),
                        "For the same reason the agent cannot publish metrics")
                    .remedied(refusal.remedy(), commands(refusal.fact())))
        .orElseGet(() -> TEST_DATUM.ok("CloudWatch accepts the test datum", TEST_METRIC));
  }

  /** Returns the given commands, followed by the commands for this failure. */
  private static List<Command> commands(String failure, Command... first) {
    Command byReason =
        AwsTrouble.of(failure).map(why -> why.command(failure)).orElse(AwsCommands.ROLE_OF_AGENT);
    return Command.join(List.of(first), List.of(byReason));
  }

  private static final Duration MAX_CLOCK_ERROR = Duration.ofSeconds(30);

  private static final CheckSpec CLOCK =
      CheckSpec.of(
              CheckId.CLOCK,
              "the header `Date` in an answer of CloudWatch",
              "warn if the node's clock is wrong by over 30 s",
              "Check the node's time synchronisation. The Amazon Time Sync Service has the address"
                  + " 169.254.169.123")
          .run(NodeCommands.CLOCK)
          .needs(REGION)
          .see(Pages.TIME);

  static Check clock(Probes.Endpoint endpoint) {
    return CLOCK.check(node -> clock(node, endpoint)).withIo(PROBE_LIMIT);
  }

  private static Finding clock(NodeEvidence node, Probes.Endpoint endpoint) {
    Probes.EndpointResult result = endpoint.probe(node.identity().region().orElseThrow());
    if (result.ahead().isEmpty()) {
      return CLOCK.notChecked(
          result.url() + ": " + result.failure().orElse("the answer has no date"));
    }
    Duration ahead = result.ahead().get();
    String evidence =
        "%d s %s AWS"
            .formatted(ahead.abs().toSeconds(), ahead.isNegative() ? "ahead of" : "behind");
    return ahead.abs().compareTo(MAX_CLOCK_ERROR) > 0
        ? CLOCK.warn(
            "The node's clock is wrong",
            evidence,
            "Metrics get wrong timestamps. If the error exceeds 5 minutes, AWS rejects requests")
        : CLOCK.ok("The clock is right", evidence);
  }
}
