package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.HealthPages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code prepare-state-dir} with the rights of the init container in the manifest. */
class PrepareStateDirIT {
  private static final List<String> CHOWN_ALONE =
      List.of("setpriv", "--bounding-set=-all,+chown", "--inh-caps=-all", "--no-new-privs");
  private static final List<String> NO_RIGHTS =
      List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all");
  private static final List<String> AGENTS_USER =
      List.of("setpriv", "--reuid=10001", "--regid=10001", "--clear-groups");

  @TempDir Path folder;

  @BeforeEach
  void letOthersIn() throws IOException {
    assumeTrue(Files.getAttribute(folder, "unix:uid").equals(0), "needs root");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv (util-linux)");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void agentsUserOwnsTheFilesOfAFormerRootAgent() throws IOException {
    Path state = folder.resolve("state");
    runAgentIn(state);

    // The command runs twice, because root no longer owns the directory in the second run.
    assertThat(prepare(CHOWN_ALONE, state).err()).isEmpty();
    assertThat(prepare(CHOWN_ALONE, state).exitCode()).isZero();

    try (Stream<Path> files = Files.list(state)) {
      assertThat(files).hasSizeGreaterThan(1).allMatch(PrepareStateDirIT::isOfAgentsUser);
    }
    assertThat(exitCode(AGENTS_USER, "touch", state.resolve("state.new"))).isZero();
  }

  @Test
  void withoutCapabilityThereIsOneLineAndAnExitCode() throws IOException {
    Path state = Files.createDirectory(folder.resolve("state"));

    Result result = prepare(NO_RIGHTS, state);

    assertThat(result.exitCode()).isEqualTo(Cli.FAILED);
    assertThat(result.err().lines())
        .singleElement()
        .asString()
        .contains(state.toString(), "Operation not permitted", "capability CHOWN");
    assertThat(exitCode(AGENTS_USER, "touch", state.resolve("state.new"))).isNotZero();
  }

  private void runAgentIn(Path state) {
    try (Running agent =
        AgentProcess.of("run", "--cluster-id=c", "--region=eu-west-1", "--state-dir=" + state)
            .with("--introspection-url=http://127.0.0.1:9", "--metrics-url=none")
            .with("--health-address=" + HealthPages.onFreePort().address())
            .in(Map.of("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:9"))
            .start()) {
      agent.awaitLog("starting:");
      assertThat(agent.stop().exitCode()).isZero();
    }
  }

  private static Result prepare(List<String> rights, Path state) {
    return AgentProcess.of("prepare-state-dir", "--state-dir=" + state).behind(rights).run();
  }

  private static boolean isOfAgentsUser(Path file) {
    try {
      return Files.getAttribute(file, "unix:uid").equals(10001)
          && Files.getAttribute(file, "unix:gid").equals(10001);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static int exitCode(List<String> rights, String program, Path file) throws IOException {
    List<String> command =
        Stream.concat(rights.stream(), Stream.of(program, file.toString())).toList();
    return new ProcessBuilder(command).start().onExit().join().exitValue();
  }
}
