package io.cnimetrics.doctor;

import static io.cnimetrics.doctor.AwsCommands.ofInstance;

import io.cnimetrics.snapshot.NodeIdentity;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A part of a command that stands for an id of this node. The value of a placeholder can contain
 * placeholders that come later in this list.
 */
enum Placeholder {
  /** The subnets of this node's ENIs, separated by commas. */
  SUBNETS("<these subnets>"),
  INSTANCE_ID("<this instance>"),
  CLUSTER("<this cluster>"),
  /** The partition of AWS, as in an ARN. */
  PARTITION("<this partition>"),
  REGION("<this region>"),
  ZONE("<this zone>"),
  NODE("<this node>");

  private final String text;

  Placeholder(String text) {
    this.text = text;
  }

  /** Returns a command with the ids of a node; empty if the command needs an unknown id. */
  static Optional<Command> fill(Command command, NodeEvidence node) {
    String filled = command.text();
    for (Placeholder each : values()) {
      if (filled.contains(each.text)) {
        Optional<String> value = each.value(node);
        if (value.isEmpty()) {
          return Optional.empty();
        }
        filled = filled.replace(each.text, value.get());
      }
    }
    return Optional.of(command.withText(filled));
  }

  /** The id as a word of a shell command; empty if it is unknown and no command can read it. */
  private Optional<String> value(NodeEvidence node) {
    NodeIdentity identity = node.identity();
    return switch (this) {
      case SUBNETS -> Optional.of(subnets(node));
      case INSTANCE_ID -> orAsk(identity.instance().id(), "'{.spec.providerID}' | sed 's|.*/||'");
      case CLUSTER -> identity.clusterId().map(Command::quoted);
      case PARTITION -> identity.instanceRegion().map(Placeholder::partition);
      case REGION -> orAsk(identity.instanceRegion(), label("region"));
      case ZONE -> orAsk(identity.instance().availabilityZone(), label("zone"));
      case NODE -> Optional.of(Command.quoted(identity.nodeName()));
    };
  }

  private static String subnets(NodeEvidence node) {
    String known = String.join(",", node.subnetIds());
    return Command.isPlainWord(known)
        ? known
        : "\"$(" + ofInstance("NetworkInterfaces[].SubnetId") + " --output text | tr '\\t' ,)\"";
  }

  /** The known id, or else a command that reads it from the node's object in Kubernetes. */
  private static Optional<String> orAsk(Optional<String> id, String jsonPath) {
    return id.map(Command::quoted)
        .or(() -> Optional.of("\"$(kubectl get node " + NODE + " -o jsonpath=" + jsonPath + ")\""));
  }

  private static String label(String name) {
    return "'{.metadata.labels.topology\\.kubernetes\\.io/" + name + "}'";
  }

  private static String partition(String region) {
    return Stream.of("cn", "us-gov", "eusc")
        .filter(prefix -> region.startsWith(prefix + "-"))
        .findFirst()
        .map("aws-"::concat)
        .orElse("aws");
  }

  /** The placeholder as it stands in a command. */
  @Override
  public String toString() {
    return text;
  }
}
