package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code run} with a state directory that is unusable or still in use. */
@Timeout(150)
class RunStateIT {
  private static final String SENDING = "Sender sending to CloudWatch: ";
  private static final String WAITING = "another agent on this node holds the state directory";

  @TempDir Path directory;

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();

  @Test
  void unusableDirectoryIsOneWarning() throws IOException {
    Path below = Files.createFile(directory.resolve("file")).resolve("state");
    try (Running agent = agent(below).start()) {
      agent.awaitLog(SENDING);

      Result result = agent.stop();
      assertThat(result.err().lines().filter(line -> line.contains(" WARN ")))
          .singleElement()
          .asString()
          .contains("state_dir=" + below, "kept in memory only");
      assertThat(result.exitCode()).isZero();
    }
  }

  @Test
  void agentWaitsUntilTheOtherAgentEnds() throws IOException {
    try (Running first = agent(directory).start()) {
      first.awaitLog(SENDING);
      first.kill();
    }
    Path state = directory.resolve("state");
    Path elsewhere = Files.move(state, directory.resolve("elsewhere"));
    try (FileLock other = anotherAgent();
        Running agent = agent(directory).start()) {
      assertThat(agent.awaitLog(WAITING)).contains(" WARN ", "state_dir=" + directory);

      // The agent continues from the state that the other agent wrote last.
      Files.move(elsewhere, state);
      other.release();
      agent.awaitLog("continuing from the state on disk");
      agent.awaitLog(SENDING);
      assertThat(agent.stop().exitCode()).isZero();
    }
  }

  @Test
  void sigtermEndsTheWait() throws IOException {
    try (FileLock other = anotherAgent();
        Running agent = agent(directory).start()) {
      agent.awaitLog(WAITING);

      Result result = agent.stop();
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.time()).isLessThan(Duration.ofSeconds(5));
      assertThat(other.isValid()).isTrue();
      assertThat(cloudWatch.requests()).isEmpty();
    }
  }

  @Test
  void agentEndsWithinAMinuteIfAnotherAgentHoldsTheLock() throws IOException {
    try (Running first = agent(directory).start()) {
      first.awaitLog(SENDING);
      Files.delete(directory.resolve("lock"));
      // With the same node name, the second agent would wait for the first agent to end.
      try (Running second = agent(directory).with("--node-name", "n2").start()) {
        second.awaitLog(SENDING);

        Eventually.holds("end", Duration.ofSeconds(75), () -> !first.isRunning());
        Result result = first.awaitEnd();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("another agent on this node has the state directory");
        assertThat(second.stop().exitCode()).isZero();
      }
    }
  }

  @Test
  void unreadableFilesDoNotDelayTheStart() throws Exception {
    new ProcessBuilder("mkfifo", directory.resolve("state").toString()).start().waitFor();
    try (Running agent = agent(directory).start()) {
      assertThat(agent.awaitLog("state_dir=" + directory)).contains("is not a regular file");
      agent.awaitLog(SENDING);
      assertThat(agent.stop().exitCode()).isZero();
    }
  }

  /** Locks the state directory like another agent. */
  private FileLock anotherAgent() throws IOException {
    return FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)
        .lock();
  }

  private AgentProcess agent(Path state) throws IOException {
    return AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--health-address", HealthPages.onFreePort().address())
        .with("--state-dir", state.toString())
        .in(cloudWatch.environment());
  }
}
