package io.cnimetrics.doctor;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whether what cannot be sent survives a restart of the agent. */
final class StateDirectory implements Check {
  private static final Topic TOPIC =
      Topic.of(
          "state-dir",
          "`--state-dir`",
          "warn: it cannot be written; note: none is given",
          "Let the agent's user write there: a host path is root's, and on SELinux systems"
              + " labelled");

  private final World.Directories directories;

  StateDirectory(World.Directories directories) {
    this.directories = directories;
  }

  @Override
  public Topic topic() {
    return TOPIC;
  }

  @Override
  public List<Finding> look(Examination seen) {
    Optional<Path> directory = seen.given().stateDir();
    if (directory.isEmpty()) {
      return List.of(
          TOPIC
              .note(
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
                    TOPIC.warn(
                        "The state directory cannot be written",
                        obstacle,
                        "Its owner, mode or label keep the agent's user out, or it is read-only"))
            .orElseGet(
                () -> TOPIC.ok("The state directory can be written", directory.get().toString())));
  }
}
