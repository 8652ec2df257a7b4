package io.cnimetrics.cli;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrepareStateDirTest {
  @TempDir Path folder;

  private final Terminal terminal = new Terminal(Map.of());

  @Test
  void missingDirectoryIsCreatedAndItsOwnerSetRepeatedly() throws IOException {
    Path state = folder.resolve("var/lib/agent");

    assertThat(prepare(state, owner(folder))).isEqualTo(Cli.OK);
    assertThat(prepare(state, owner(folder))).isEqualTo(Cli.OK);

    assertThat(owner(state)).isEqualTo(owner(folder));
    assertThat(terminal.out() + terminal.err()).isEmpty();
  }

  @Test
  void variablesAlsoSetDirectoryAndOwner() {
    Path state = folder.resolve("state");
    Terminal set = new Terminal(Map.of("STATE_DIR", state.toString(), "STATE_OWNER", "x"));

    assertThat(set.run("prepare-state-dir", "--owner=" + owner(folder))).isEqualTo(Cli.OK);
    assertThat(state).isDirectory();
    assertThat(set.refusal("prepare-state-dir"))
        .contains("STATE_OWNER 'x': expected UID:GID, such as 10001:10001");
  }

  @Test
  void onlyFilesOfTheAgentChangeTheirOwner() throws IOException {
    assumeTrue(owner(folder).startsWith("0:"), "only root can give files away");
    Path kept = Files.createFile(folder.resolve("state"));
    Path other = Files.createFile(folder.resolve("other"));

    assertThat(prepare(folder, "10001:10002")).isEqualTo(Cli.OK);

    assertThat(owner(folder)).isEqualTo("10001:10002");
    assertThat(owner(kept)).isEqualTo("10001:10002");
    assertThat(owner(other)).isEqualTo("0:0");
  }

  @Test
  void linkAmongTheFilesIsNotFollowed() throws IOException {
    assumeTrue(owner(folder).startsWith("0:"), "only root can give files away");
    Path state = Files.createDirectory(folder.resolve("agent"));
    Path outside = Files.createFile(folder.resolve("outside"));
    Files.createSymbolicLink(state.resolve("state"), outside);

    assertThat(prepare(state, "10001:10001")).isEqualTo(Cli.OK);

    assertThat(owner(outside)).isEqualTo("0:0");
  }

  @Test
  void linkToDirectoryIsRejected() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);

    assertThat(prepare(link, "10001:10001")).isEqualTo(Cli.FAILED);

    assertThat(terminal.err()).contains("(not a directory)");
    assertThat(owner(folder)).doesNotContain("10001");
  }

  @Test
  void failureNamesDirectoryReasonAndRemedy() throws IOException {
    Path below = Files.createFile(folder.resolve("file")).resolve("state");

    assertThat(prepare(below, "10001:10001")).isEqualTo(Cli.FAILED);

    assertThat(terminal.err().lines())
        .singleElement()
        .asString()
        .contains(
            "cannot create the state directory %s (Not a directory): run".formatted(below),
            "or choose another --state-dir");
  }

  @Test
  void directoryMustBeGiven() {
    assertThat(terminal.refusal("prepare-state-dir"))
        .contains("--state-dir is not given: set this flag or the environment variable STATE_DIR");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10001", "10001:", "agent:agent", "1:2:3", "-1:1", "4294967296:1"})
  void ownerIsTwoNumbers(String owner) {
    assertThat(prepare(folder, owner)).isEqualTo(Cli.USAGE);
    assertThat(terminal.err()).contains("--owner ", "expected ");
  }

  private int prepare(Path directory, String owner) {
    return terminal.run("prepare-state-dir", "--state-dir=" + directory, "--owner=" + owner);
  }

  private static String owner(Path path) {
    try {
      Map<String, Object> ids = Files.readAttributes(path, "unix:uid,gid", NOFOLLOW_LINKS);
      return "%s:%s".formatted(ids.get("uid"), ids.get("gid"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
