package io.cnimetrics.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Makes the commands of a remedy complete for one node, so that a person can paste them. */
final class CommandCompletion {
  private CommandCompletion() {}

  /**
   * Returns the commands with this node's ids. A command that needs an unknown id is left out. A
   * command that uses a variable or a file of a left-out command is left out too. Before the first
   * command that runs on the node comes a command that opens a shell there.
   */
  static List<Command> complete(List<Command> commands, NodeEvidence node) {
    List<Command> complete =
        new ArrayList<>(
            commands.stream()
                .filter(command -> suits(command, node))
                .flatMap(command -> Placeholder.fill(command, node).stream())
                .toList());
    SOURCES.forEach(
        (use, source) -> {
          if (complete.stream().noneMatch(contains(source))) {
            complete.removeIf(contains(use));
          }
        });
    insert(shell(node), complete, Command::onNode, node);
    insert(AwsNodeCommands.NEWEST_RELEASE, complete, contains("\"$RELEASE\""), node);
    return complete;
  }

  /** Inserts a command before the first command that needs it. */
  private static void insert(
      Command command, List<Command> commands, Predicate<Command> needsIt, NodeEvidence node) {
    commands.stream()
        .filter(needsIt)
        .findFirst()
        .ifPresent(
            first ->
                commands.add(
                    commands.indexOf(first), Placeholder.fill(command, node).orElseThrow()));
  }

  /** SSM needs the id of the instance. */
  private static Command shell(NodeEvidence node) {
    return node.identity().instance().id().isPresent()
            && node.identity().instanceRegion().isPresent()
        ? NodeCommands.SHELL_BY_SSM
        : NodeCommands.SHELL;
  }

  /**
   * Key: a variable or file that a command uses. Value: the part of an earlier command that creates
   * this variable or file.
   */
  private static final Map<String, String> SOURCES =
      Map.of(
          "\"$ROLE\"",
          "ROLE=",
          "\"$ENIS\"",
          "ENIS=",
          "-f " + EniCommands.FILE_OF_ENICONFIG,
          "tee " + EniCommands.FILE_OF_ENICONFIG);

  private static Predicate<Command> contains(String part) {
    return command -> command.text().contains(part);
  }

  private static final Set<Command> WITHOUT_ENICONFIG =
      Set.of(EniCommands.ADD_SUBNET, EniCommands.SET_GROUP_OF_PRIMARY_ENI);

  /**
   * With custom networking, new ENIs get the subnet and the groups of an ENIConfig. Without custom
   * networking, they get the subnet and the groups of the primary ENI.
   */
  private static boolean suits(Command command, NodeEvidence node) {
    return node.snapshot().settings().isEmpty()
        || (node.customNetworking()
            ? !WITHOUT_ENICONFIG.contains(command)
            : !command.text().contains("eniconfig"));
  }
}
