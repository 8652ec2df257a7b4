package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.NodeIdentity.Origin;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Checks of the agent's settings, cluster name and region, and of instance metadata. */
final class AgentSetup {
  private AgentSetup() {}

  static List<Check> checks(Probes.Directories directories) {
    return List.of(CLUSTER_NAME, REGION, METADATA, JAVA_AGENT, stateDirectory(directories));
  }

  private static final CheckSpec CLUSTER_NAME_SPEC =
      CheckSpec.of(
              CheckId.CLUSTER_NAME,
              "`--cluster-id`, or the tags of the instance",
              "warn if the cluster name is unknown, because the agent then publishes nothing; note"
                  + " if the name comes from a tag",
              "Set --cluster-id, AWS_CLUSTER_ID, or clusterId in the chart. The agent then makes no"
                  + " EC2 call to find the name, and needs less memory")
          .run(
              AgentCommands.CLUSTER_OF_CONTEXT,
              AgentCommands.setChosen("AWS_CLUSTER_ID", "CLUSTER"));

  static final Check CLUSTER_NAME =
      CLUSTER_NAME_SPEC.check(
          node ->
              identity(
                  CLUSTER_NAME_SPEC,
                  "The cluster name",
                  node,
                  node.identity().clusterId(),
                  node.origins().clusterId()));

  private static final CheckSpec REGION_SPEC =
      CheckSpec.of(
              CheckId.REGION,
              "`--region`, or instance metadata",
              "warn if the region is unknown, because the agent then publishes nothing",
              "Set --region or AWS_REGION. The label of the node shows the region")
          .run(
              Command.of(
                  "kubectl get node " + Placeholder.NODE + " -L topology.kubernetes.io/region"),
              AgentCommands.setChosen("AWS_REGION", "REGION"));

  static final Check REGION =
      REGION_SPEC.check(
          node ->
              identity(
                  REGION_SPEC,
                  "The region",
                  node,
                  node.identity().region(),
                  node.origins().region()));

  private static Finding identity(
      CheckSpec spec,
      String what,
      NodeEvidence node,
      Optional<String> value,
      Optional<Origin> origin) {
    if (value.isEmpty() && !node.agentSettings().sends()) {
      return spec.ok(what + " is not needed", "the agent sends no metrics");
    }
    if (value.isEmpty()) {
      Finding unknown =
          spec.warn(
              what + " is unknown",
              why(node)
                  .map(Problem::brief)
                  .orElse("no flag, no tag and no instance metadata contains the value"),
              what + " is not set, and no other source reports it");
      return why(node)
          .map(problem -> unknown.remedied(spec.remedy() + ". Or " + problem.remedy()))
          .orElse(unknown);
    }
    String evidence = value.get() + origin.map(from -> " (" + from.label() + ")").orElse("");
    boolean fromTag = origin.filter(Origin::isTag).isPresent();
    return fromTag
        ? spec.note(
                what + " comes from a tag",
                evidence,
                "The agent takes the name from this tag at each start. If the tag is wrong, the"
                    + " metrics have the name of a wrong cluster")
            .remedied(
                spec.remedy(), AgentCommands.set("AWS_CLUSTER_ID", Placeholder.CLUSTER.toString()))
        : spec.ok(what + " is known", evidence);
  }

  /** The problem that made the value unknown. NOT_FOUND is skipped, because it gives no reason. */
  private static Optional<Problem> why(NodeEvidence node) {
    return Stream.of(Source.EC2, Source.IMDS)
        .flatMap(source -> node.problems(source).stream())
        .filter(problem -> problem.reason() != Reason.NOT_FOUND)
        .findFirst();
  }

  /** Problems of instance metadata with these reasons concern only the cluster name. */
  private static final Set<Reason> OF_CLUSTER_NAME = EnumSet.of(Reason.NOT_FOUND, Reason.MISMATCH);

  private static final Command RAISE_HOP_LIMIT =
      AwsCommands.setMetadataOptions("--http-put-response-hop-limit 2")
          .noted(
              "lets all pods of this node use instance metadata, and with it the role of the"
                  + " node");

  private static final CheckSpec METADATA_SPEC =
      CheckSpec.of(
              CheckId.INSTANCE_METADATA,
              "the token of IMDSv2, and the instance's id, type, region and zone",
              "warn if instance metadata gives no token, does not answer, or denies access",
              "Run the agent on the host network, set --region and --cluster-id, or raise the hop"
                  + " limit of the instance's metadata")
          .run(AwsCommands.METADATA_OPTIONS, RAISE_HOP_LIMIT)
          .see(Pages.METADATA);

  static final Check METADATA = METADATA_SPEC.check(AgentSetup::metadata);

  private static Finding metadata(NodeEvidence node) {
    Optional<Problem> problem =
        node.problems(Source.IMDS).stream()
            .filter(any -> !OF_CLUSTER_NAME.contains(any.reason()))
            .findFirst();
    if (problem.isPresent()) {
      return metadataUnread(problem.get());
    }
    return node.identity()
        .instance()
        .id()
        .map(id -> METADATA_SPEC.ok("Instance metadata can be read", id))
        .orElseGet(() -> METADATA_SPEC.notChecked("AWS_EC2_METADATA_DISABLED is set"));
  }

  private static Finding metadataUnread(Problem problem) {
    String evidence = problem.brief();
    return switch (problem.reason()) {
      case TIMEOUT ->
          unread(
              evidence,
              "With a hop limit of 1 the token does not reach pods outside the host network. Or"
                  + " instance metadata throttles this node");
      case UNREACHABLE ->
          unread(
                  evidence,
                  "This node is not an EC2 instance, or a network policy blocks 169.254.169.254"
                      + " for pods")
              .remedied(
                  "Allow the agent to reach 169.254.169.254, or run it on the host network. On a"
                      + " node outside EC2 set --region, --cluster-id and"
                      + " AWS_EC2_METADATA_DISABLED=true",
                  Command.of("kubectl -n kube-system get networkpolicies"));
      case DENIED ->
          unread(
                  evidence,
                  "Instance metadata is switched off for this instance, or blocked for this pod")
              .remedied(
                  "If HttpEndpoint is disabled, switch instance metadata on, or set --region and"
                      + " --cluster-id",
                  AwsCommands.METADATA_OPTIONS,
                  AwsCommands.setMetadataOptions("--http-endpoint enabled")
                      .noted("only if HttpEndpoint is disabled"));
      default -> unread(evidence, "Perhaps another program answered instead of instance metadata");
    };
  }

  private static Finding unread(String evidence, String cause) {
    return METADATA_SPEC.warn("Instance metadata cannot be read", evidence, cause);
  }

  private static final CheckSpec JAVA_AGENT_SPEC =
      CheckSpec.of(
              CheckId.JAVA_AGENT,
              "`JAVA_TOOL_OPTIONS` and similar variables",
              "warn if a variable loads a Java agent, because the heap is too small for it",
              "Exclude this pod with a label or annotation of the injecting operator, such as"
                  + " Datadog, OpenTelemetry, Dynatrace, Istio or Linkerd")
          .run(Command.of("kubectl get mutatingwebhookconfigurations"));

  static final Check JAVA_AGENT = JAVA_AGENT_SPEC.check(AgentSetup::javaAgent);

  private static Finding javaAgent(NodeEvidence node) {
    List<String> injectors = node.agentSettings().injectors();
    return injectors.isEmpty()
        ? JAVA_AGENT_SPEC.ok("No Java agent is injected", "0 variables")
        : JAVA_AGENT_SPEC.warn(
            "A Java agent is injected",
            String.join(", ", injectors),
            "A Kubernetes operator adds the variable to every pod");
  }

  private static final Duration DIRECTORY_LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec STATE_DIRECTORY =
      CheckSpec.of(
              CheckId.STATE_DIR,
              "`--state-dir`",
              "warn if the agent cannot write to the directory; note if `--state-dir` is not set",
              "Give the agent's user the right to write to the directory. A directory on the host"
                  + " belongs to root, and needs a label on SELinux systems")
          .run(AgentCommands.settingsLike("-A 3 -E 'hostPath|runAsUser'"));

  static Check stateDirectory(Probes.Directories directories) {
    return STATE_DIRECTORY.check(node -> stateDirectory(node, directories)).withIo(DIRECTORY_LIMIT);
  }

  private static Finding stateDirectory(NodeEvidence node, Probes.Directories directories) {
    Optional<Path> directory = node.agentSettings().stateDir();
    if (directory.isEmpty() && !node.agentSettings().sends()) {
      return STATE_DIRECTORY.ok("The agent needs no state directory", "it sends no metrics");
    } else if (directory.isEmpty()) {
      return STATE_DIRECTORY
          .note(
              "Unsent metrics are not kept on disk",
              "--state-dir is not set",
              "If the agent restarts, it loses its unsent metrics")
          .remedied(
              "Set --state-dir. The manifests of the agent mount a directory for this flag",
              AgentCommands.settingsLike("-A 3 hostPath"));
    }
    return directories
        .obstacle(directory.get())
        .map(
            obstacle ->
                STATE_DIRECTORY.warn(
                    "The state directory cannot be written",
                    obstacle,
                    "The directory is read-only, or its owner, mode or label forbids the access"))
        .orElseGet(
            () ->
                STATE_DIRECTORY.ok(
                    "The state directory can be written", directory.get().toString()));
  }
}
