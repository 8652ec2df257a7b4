package io.cnimetrics.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether what cannot be sent survives a restart of the agent. */
final class StateDirectory implements Check {
  private static final CheckSpec SPEC =
      CheckSpec.of(
          "state-dir",
          "`--state-dir`",
          "warn: it cannot be written; note: none is given",
          "Let the agent's user write there: a host path is root's, and on SELinux systems"
              + " labelled");

  private final Probes.Directories directories;

  StateDirectory(Probes.Directories directories) {
    this.directories = directories;
  }

  @Override
  public CheckSpec spec() {
    return SPEC;
  }

  @Override
  public List<Finding> run(NodeEvidence node) {
    Optional<Path> directory = node.agentSettings().stateDir();
    if (directory.isEmpty()) {
      return List.of(
          SPEC.note(
                  "What cannot be sent is kept in memory only",
                  "no --state-dir",
                  "A restart of the agent loses it")
              .remedied("Give --state-dir; the DaemonSet mounts one"));
    }
    return List.of(
        directories
            .obstacle(directory.get())
            .map(
                obstacle ->
                    SPEC.warn(
                        "The state directory cannot be written",
                        obstacle,
                        "Its owner, mode or label keep the agent's user out, or it is read-only"))
            .orElseGet(
                () -> SPEC.ok("The state directory can be written", directory.get().toString())));
  }
}
