package io.cnimetrics.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.cnimetrics.config.Flag;
import io.cnimetrics.config.FlagType;
import io.cnimetrics.config.Parsers;
import io.cnimetrics.config.Values;
import io.cnimetrics.text.Console;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code prepare-state-dir} changes the owner of the state directory to the agent's user. If the
 * kubelet creates the directory, root is the owner. The image contains no {@code chown}.
 */
final class PrepareStateDir implements Command {
  private static final Flag<Path> STATE_DIR =
      Flag.of("--state-dir", "STATE_DIR", FlagType.of("DIR", Parsers::directory))
          .ifAbsent("none (required)", "state directory; created if it is missing");
  private static final Flag<Owner> OWNER =
      Flag.of("--owner", "STATE_OWNER", FlagType.of("UID:GID", Owner::parse))
          .defaultsTo("10001:10001", "user id and group id of the agent");

  /**
   * The files that an earlier agent may have written as another user. Other files keep their
   * owners.
   */
  private static final List<String> FILES = List.of("state", "state.new", "lock");

  @Override
  public List<Flag<?>> flags() {
    return List.of(STATE_DIR, OWNER);
  }

  @Override
  public int run(Values values, Console console) {
    Path directory = values.require(STATE_DIR).orElse(Path.of(""));
    Owner owner = values.get(OWNER);
    values.check();
    create(directory);
    try {
      change(directory, owner);
      return Cli.OK;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot change the owner of the state directory %s to %d:%d (%s):"
                  .formatted(directory, owner.user, owner.group, FileError.reason(e))
              + " run this command as root with capability CHOWN, or change the owner on the node",
          e);
    }
  }

  private static void create(Path directory) {
    try {
      if (!Files.exists(directory, NOFOLLOW_LINKS)) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot create the state directory %s (%s): run this command as a user who can create"
                  .formatted(directory, FileError.reason(e))
              + " it, or choose another --state-dir",
          e);
    }
  }

  private static void change(Path directory, Owner owner) throws IOException {
    // Do not follow symbolic links, because the agent's user could point them to any file.
    if (!Files.isDirectory(directory, NOFOLLOW_LINKS)) {
      throw new NotDirectoryException(directory.toString());
    }
    for (String name : FILES) {
      Path file = directory.resolve(name);
      if (Files.isRegularFile(file, NOFOLLOW_LINKS)) {
        owner.own(file);
      }
    }
    // The directory comes last: root with only CHOWN cannot open a directory of another user.
    owner.own(directory);
  }

  private record Owner(int user, int group) {
    static Owner parse(String text) {
      String[] parts = text.split(":", -1);
      if (parts.length != 2) {
        throw new IllegalArgumentException("expected UID:GID, such as 10001:10001");
      }
      return new Owner(id(parts[0]), id(parts[1]));
    }

    private static int id(String text) {
      return FlagType.number(0, Integer.MAX_VALUE).parser().apply(text);
    }

    void own(Path path) throws IOException {
      Files.setAttribute(path, "unix:gid", group, NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:uid", user, NOFOLLOW_LINKS);
    }
  }
}
