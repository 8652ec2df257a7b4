package io.cnimetrics.doctor;

import io.cnimetrics.snapshot.Origin;
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

/** Checks of the agent's identity and settings. */
final class AgentSetup {
  private AgentSetup() {}

  static List<Check> checks(Probes.Directories directories) {
    return List.of(CLUSTER_NAME, REGION, METADATA, JAVA_AGENT, stateDirectory(directories));
  }

  private static final CheckSpec CLUSTER_NAME_SPEC =
      CheckSpec.of(
          "cluster-name",
          "`--cluster-id`, or the instance's tags",
          "warn: unknown, so the agent publishes nothing; note: found in a tag",
          "Set --cluster-id or AWS_CLUSTER_ID (the chart's clusterId): the agent then makes no EC2"
              + " call and needs less memory");

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
          "region",
          "`--region`, or instance metadata",
          "warn: unknown, so the agent publishes nothing",
          "Set --region or AWS_REGION");

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
    if (value.isEmpty()) {
      return spec.warn(
          what + " is unknown", why(node), "It is not set, and no other source reports it");
    }
    String evidence = value.get() + origin.map(from -> " (" + from.label() + ")").orElse("");
    boolean fromTag =
        origin
            .filter(from -> from instanceof Origin.InstanceTag || from instanceof Origin.Ec2Tag)
            .isPresent();
    return fromTag
        ? spec.note(
            what + " comes from a tag",
            evidence,
            "It is right only while the tag is right, and each start needs a call")
        : spec.ok(what + " is known", evidence);
  }

  /** The problem that prevented it; NOT_FOUND alone is no evidence. */
  private static String why(NodeEvidence node) {
    return Stream.of(Source.EC2, Source.IMDS)
        .flatMap(source -> node.problems(source).stream())
        .filter(problem -> problem.reason() != Reason.NOT_FOUND)
        .findFirst()
        .map(Problem::brief)
        .orElse("no flag, no tag, no instance metadata");
  }

  /** Problems with these reasons concern only the cluster name. */
  private static final Set<Reason> OF_CLUSTER_NAME = EnumSet.of(Reason.NOT_FOUND, Reason.MISMATCH);

  private static final CheckSpec METADATA_SPEC =
      CheckSpec.of(
              "instance-metadata",
              "IMDSv2: token, instance id, type, region, zone",
              "warn: no token, no answer, or access denied",
              "Run the agent on the host network, or raise the hop limit: aws ec2"
                  + " modify-instance-metadata-options --instance-id <instance>"
                  + " --http-put-response-hop-limit 2; or set --region and --cluster-id")
          .see(Pages.METADATA);

  static final Check METADATA = METADATA_SPEC.check(AgentSetup::metadata);

  private static Finding metadata(NodeEvidence node) {
    Optional<Problem> problem =
        node.problems(Source.IMDS).stream()
            .filter(any -> !OF_CLUSTER_NAME.contains(any.reason()))
            .findFirst();
    if (problem.isPresent()) {
      return METADATA_SPEC.warn(
          "Instance metadata cannot be read",
          problem.get().brief(),
          metadataCause(problem.get().reason()));
    }
    return node.identity()
        .instance()
        .id()
        .map(id -> METADATA_SPEC.ok("Instance metadata can be read", id))
        .orElseGet(() -> METADATA_SPEC.notChecked("switched off by AWS_EC2_METADATA_DISABLED"));
  }

  private static String metadataCause(Reason reason) {
    return switch (reason) {
      case TIMEOUT ->
          "With a hop limit of 1 the token does not reach pods outside the host network; or the"
              + " service is throttled";
      case UNREACHABLE ->
          "This is not an EC2 instance, or a network policy blocks 169.254.169.254 for pods";
      case DENIED -> "Instance metadata is switched off for this instance, or blocked for this pod";
      default -> "The answer may not come from the metadata service";
    };
  }

  private static final CheckSpec JAVA_AGENT_SPEC =
      CheckSpec.of(
          "java-agent",
          "`JAVA_TOOL_OPTIONS` and similar variables",
          "warn: a variable loads a Java agent; the heap is too small for it",
          "Exclude the pod from the injection with the operator's label or annotation (Datadog,"
              + " OpenTelemetry, Dynatrace, Istio, Linkerd)");

  static final Check JAVA_AGENT = JAVA_AGENT_SPEC.check(AgentSetup::javaAgent);

  private static Finding javaAgent(NodeEvidence node) {
    List<String> injectors = node.agentSettings().injectors();
    return injectors.isEmpty()
        ? JAVA_AGENT_SPEC.ok("No Java agent is injected", "0 variables")
        : JAVA_AGENT_SPEC.warn(
            "A Java agent is injected",
            String.join(", ", injectors),
            "An operator of the cluster adds it to every pod");
  }

  private static final Duration DIRECTORY_LIMIT = Duration.ofSeconds(2);

  private static final CheckSpec STATE_DIRECTORY =
      CheckSpec.of(
          "state-dir",
          "`--state-dir`",
          "warn: the agent cannot write there; note: it is not set",
          "Let the agent's user write there. A host path belongs to root, and on SELinux systems it"
              + " needs a label");

  static Check stateDirectory(Probes.Directories directories) {
    return STATE_DIRECTORY.check(node -> stateDirectory(node, directories)).withIo(DIRECTORY_LIMIT);
  }

  private static Finding stateDirectory(NodeEvidence node, Probes.Directories directories) {
    Optional<Path> directory = node.agentSettings().stateDir();
    if (directory.isEmpty()) {
      return STATE_DIRECTORY
          .note(
              "Unsent metrics are kept in memory only",
              "--state-dir is not set",
              "A restart of the agent loses them")
          .remedied("Set --state-dir; the DaemonSet mounts a directory for it");
    }
    return directories
        .obstacle(directory.get())
        .map(
            obstacle ->
                STATE_DIRECTORY.warn(
                    "The state directory cannot be written",
                    obstacle,
                    "Its owner, mode or label excludes the agent's user, or it is read-only"))
        .orElseGet(
            () ->
                STATE_DIRECTORY.ok(
                    "The state directory can be written", directory.get().toString()));
  }
}
