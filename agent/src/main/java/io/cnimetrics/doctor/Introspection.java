package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.AddressPool;
import io.cnimetrics.snapshot.IpamdUrls;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Source;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks that ipamD's introspection answers. */
final class Introspection {
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /**
   * Matches the error that occurs if the socket's file exists but no process listens on the socket.
   */
  private static final Pattern STALE_SOCKET =
      Pattern.compile(".*unix:(\\S+), .*Connection refused.*");

  private static final CheckSpec SPEC =
      CheckSpec.of(
              CheckId.INTROSPECTION,
              "`GET /v1/enis` of ipamD",
              "fail if ipamD does not answer in time, answers in an unknown format, or answers"
                  + " only on the metrics port, as old releases do; warn if"
                  + " `--introspection-url` is `none`",
              "Find the state of aws-node with the first command")
          .cases(
              "no aws-node: describe ds shows why. No DaemonSet: install vpc-cni",
              "Pending or ImagePullBackOff: the events of describe show why",
              "Init: these events or the log of aws-vpc-cni-init show why",
              "Running, CrashLoopBackOff: see ipamd.log; after a panic, upgrade",
              "\"no space left\": free the node's disk, or replace the node",
              "\"Unable to reach API Server\": check kube-proxy, security groups",
              "\"Initialization failure\": no AmazonEKS_CNI_Policy, no answer of EC2 or instance"
                  + " metadata, no address in the subnet, no ENIConfig, or a release that is older"
                  + " than the instance type",
              "no credentials: check eks-pod-identity-agent or the role of aws-node")
          .run(
              PodCommands.SYSTEM_PODS,
              AwsNodeCommands.WHY_MISSING,
              AwsNodeCommands.LAST_STATE,
              AwsNodeCommands.LOG_OF_INIT,
              AwsNodeCommands.LOG,
              NodeCommands.ERRORS_OF_IPAMD,
              AwsNodeCommands.CHANGES,
              AwsNodeCommands.UNDO_CHANGE)
          .see(Pages.TROUBLESHOOTING);

  private final Probes.Introspection elsewhere;

  private Introspection(Probes.Introspection elsewhere) {
    this.elsewhere = elsewhere;
  }

  static Check check(Probes.Introspection elsewhere) {
    return SPEC.check(new Introspection(elsewhere)::finding).withIo(LIMIT);
  }

  private Finding finding(NodeEvidence node) {
    Optional<AddressPool> pool = node.snapshot().pool();
    if (pool.isPresent()) {
      return SPEC.ok("ipamD reports its ENIs", held(pool.get()));
    }
    Finding finding =
        node.snapshot().introspectionOff()
            ? off(node)
            : failed(node, node.problems(Source.INTROSPECTION).get(0));
    Finding dated =
        finding.since(
            node.agent()
                .flatMap(agent -> agent.restarts().down())
                .or(() -> node.since(poll -> poll.snapshot().pool().isEmpty())));
    boolean stopped = finding.level() == Level.FAIL && node.snapshot().metrics().isEmpty();
    return IpamdProcess.restartsSeen(node)
        .filter(any -> stopped)
        .map(dated::explainedBy)
        .orElse(dated);
  }

  /**
   * Whether doctor cannot see if pods get addresses. If ipamD does not run, they certainly get
   * none.
   */
  static boolean hidesThePool(Finding finding) {
    return finding.check() == CheckId.INTROSPECTION && !finding.title().equals(NOT_RUNNING);
  }

  private static String held(AddressPool pool) {
    return (pool.ipv6() ? EvidenceText.enis(pool.eniCount()) : EvidenceText.of(pool))
        + "; pods hold %d addresses".formatted(pool.assigned());
  }

  private static Finding off(NodeEvidence node) {
    return node.snapshot().metrics().isPresent()
        ? SPEC.warn(
                "The agent does not read introspection",
                "--introspection-url is none, and the agent uses ipamD's gauges instead",
                "The gauges are wrong with several network cards and after a forced removal. They"
                    + " do not show the cooldown or the addresses of each ENI")
            .remedied(
                "If you can, unset DISABLE_INTROSPECTION in aws-node and --introspection-url",
                AwsNodeCommands.removing(
                    "DISABLE_INTROSPECTION", AwsNodeCommands.settingsLike("DISABLE_INTROSPECTION")))
        : notRunning("--introspection-url is none, and ipamD's metrics do not answer");
  }

  private Finding failed(NodeEvidence node, Problem problem) {
    String evidence = problem.brief();
    return switch (problem.reason()) {
      case UNREACHABLE -> unreachable(node, evidence);
      case TIMEOUT ->
          SPEC.fail(
                  "ipamD does not answer in time",
                  evidence,
                  "ipamD hangs, or the node has no free CPU for ipamD")
              .remedied(
                  "Find out with top whether the node has free CPU, and with tail what ipamD logged"
                      + " last. If no CPU is free, stop or move the pods that use most of the CPU."
                      + " If CPU is free, restart aws-node on this node. If ipamD still hangs 5"
                      + " minutes after a restart, upgrade the VPC CNI",
                  NodeCommands.TOP,
                  NodeCommands.END_OF_LOG,
                  AwsNodeCommands.RESTART);
      default -> unexpected(node, evidence);
    };
  }

  private static Finding unexpected(NodeEvidence node, String evidence) {
    Finding finding =
        SPEC.fail(
            "The answer is not ipamD's introspection",
            evidence,
            "Another program or a proxy answers on the port, or ipamD is faulty");
    int port = node.agentSettings().introspectionUrl().map(URI::getPort).orElse(-1);
    return port == IpamdUrls.METRICS_PORT
        ? finding
            .causedBy(
                "--introspection-url has the port %d of ipamD's metrics. ipamD's introspection has"
                        .formatted(IpamdUrls.METRICS_PORT)
                    + " the port %d".formatted(IpamdUrls.INTROSPECTION_PORT))
            .remedied(
                "Set the agent's --introspection-url (IPAMD_INTROSPECTION_URL) to "
                    + IpamdUrls.INTROSPECTION,
                AgentCommands.set("IPAMD_INTROSPECTION_URL", IpamdUrls.INTROSPECTION))
        : finding.remedied(
            "Check --introspection-url, and find the program that listens on the port",
            NodeCommands.listenerOn(port > 0 ? port : IpamdUrls.INTROSPECTION_PORT));
  }

  private Finding unreachable(NodeEvidence node, String evidence) {
    Optional<URI> oldPort = node.agentSettings().metricsUrl().map(url -> url.resolve("/"));
    Matcher staleSocket = STALE_SOCKET.matcher(evidence);
    if (staleSocket.matches()) {
      return SPEC.fail(
              "Nothing listens on ipamD's introspection socket",
              evidence,
              "ipamD crashed, and the socket's file still exists. ipamD cannot listen again until"
                  + " the file is deleted")
          .remedied(
              "Delete the socket's file on the node, then restart aws-node",
              Command.onNode("sudo rm " + Command.quoted(staleSocket.group(1))),
              AwsNodeCommands.RESTART);
    } else if (oldPort.filter(elsewhere::answersAt).isPresent()) {
      return SPEC.fail(
              "Introspection is on the port of old releases",
              evidence + "; introspection answers on " + oldPort.get(),
              "VPC CNI 1.4.0 and releases up to 1.3.3 serve introspection on the metrics port")
          .remedied(
              "Set --introspection-url " + oldPort.get() + ", and upgrade the VPC CNI",
              AgentCommands.set("IPAMD_INTROSPECTION_URL", oldPort.get().toString()),
              AwsNodeCommands.UPGRADE);
    } else if (node.snapshot().metrics().isPresent()) {
      return SPEC.fail(
              "ipamD runs, but its introspection does not answer",
              evidence + "; ipamD's metrics answer",
              "DISABLE_INTROSPECTION is set for aws-node, or INTROSPECTION_BIND_ADDRESS is changed"
                  + otherUrl(node))
          .remedied(
              "Remove this setting from aws-node, or set the agent's --introspection-url"
                  + " (IPAMD_INTROSPECTION_URL) to the address that ipamD uses",
              AwsNodeCommands.removing(
                  "DISABLE_INTROSPECTION", AwsNodeCommands.settingsLike("INTROSPECTION")));
    }
    Finding down = notRunning(evidence);
    if (showsNoNode(node)) {
      return down.causedBy(
          NOT_STARTED
              + ". Or this machine is not an EKS node: it has no instance metadata, no agent"
              + " and no kubelet settings. Then run doctor in the agent's pod on a node");
    }
    return NodeMaximum.isXen(node) ? orWithoutPrefixes(node, down) : down;
  }

  /** With IPv6, ipamD ends on a type without prefixes. Releases 1.10 then end with a panic. */
  private static Finding orWithoutPrefixes(NodeEvidence node, Finding down) {
    return down.causedBy(
            NOT_STARTED
                + ". If the cluster uses IPv6, ipamD ends because pods then need prefixes, and the"
                + " type %s cannot have prefixes"
                    .formatted(node.snapshot().instance().type().orElse("")))
        .orInCase(
            "\"non-nitro instance\" in ipamd.log: use nodes of a type with the Nitro hypervisor");
  }

  /** Whether nothing on this machine belongs to an EKS node, as on a laptop. */
  private static boolean showsNoNode(NodeEvidence node) {
    return node.identity().instance().id().isEmpty()
        && node.agent().isEmpty()
        && node.agentSettings().maxPods().source().isEmpty();
  }

  private static String otherUrl(NodeEvidence node) {
    return node.agentSettings()
        .introspectionUrl()
        .filter(url -> !url.equals(URI.create(IpamdUrls.INTROSPECTION)))
        .map(
            url ->
                ". Or --introspection-url is wrong: ipamD's default is " + IpamdUrls.INTROSPECTION)
        .orElse("");
  }

  private static final String NOT_RUNNING = "ipamD does not run, or failed to start";

  private static final String NOT_STARTED =
      "aws-node is missing on this node, or ipamD ends at its start";

  private static Finding notRunning(String evidence) {
    return SPEC.fail(NOT_RUNNING, evidence, NOT_STARTED);
  }
}
