package io.cnimetrics.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Makes the commands of a remedy complete for one node, so that a person can paste them. */
final class CommandCompletion {
  private CommandCompletion() {}

  /**
   * Returns the commands with this node's ids. A command that needs an unknown id is left out. A
   * command that reads a variable of a left-out command is left out too. Before the first command
   * that runs on the node comes a command that opens a shell there.
   */
  static List<Command> complete(List<Command> commands, NodeEvidence node) {
    List<Command> complete =
        new ArrayList<>(
            commands.stream()
                .filter(command -> suits(command, node))
                .flatMap(command -> Placeholder.fill(command, node).stream())
                .toList());
    commands.stream()
        .flatMap(command -> command.sets().stream())
        .filter(
            variable ->
                complete.stream().noneMatch(other -> other.sets().equals(Optional.of(variable))))
        .forEach(variable -> complete.removeIf(command -> command.reads(variable)));
    insert(shell(node), complete, Command::onNode, node);
    insert(AwsNodeCommands.NEWEST_RELEASE, complete, command -> command.reads("RELEASE"), node);
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
