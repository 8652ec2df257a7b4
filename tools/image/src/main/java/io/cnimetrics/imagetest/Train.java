package io.cnimetrics.imagetest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * {@code Train BUILT}: runs the agent once, like on a node. The JVM writes a cache of the classes
 * that this run loads.
 *
 * <p>The agent reads its identity from instance metadata and {@code DescribeTags}, polls, sends
 * with the role's credentials, is throttled by CloudWatch and retries, answers its probes, stores
 * its state, and ends after SIGTERM.
 */
public final class Train {
  /** The shortest interval that the agent accepts. */
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(10);

  private Train() {}

  public static void main(String[] args) throws IOException {
    Path built = Path.of(args[0]);
    Path directory = Files.createTempDirectory("train");
    try (Node node = new Node(directory, built)) {
      CloudWatch cloudWatch = node.aws().cloudWatch();
      cloudWatch.setThrottling(true);
      try (Node.Agent agent =
          node.start(
              recording(built), List.of("--poll-interval=" + POLL_INTERVAL.toSeconds() + "s"))) {
        agent.awaitFirstPoll();
        agent.process().await("throttled request", () -> cloudWatch.throttled() > 0);
        cloudWatch.setThrottling(false);
        agent.process().await("request", () -> cloudWatch.accepted() > 0);
        agent.awaitReady();
        agent.process().await("200 of /livez", () -> agent.answers("/livez"));
        agent.process().pause(untilFullMinutePolled());
        int before = cloudWatch.accepted();
        agent.process().stop();
        if (cloudWatch.accepted() == before) {
          throw new IllegalStateException("the last minute was not sent");
        }
        System.out.print(agent.process().written());
      }
    }
  }

  /** The agent does not report the minute of its start. Waits until the next minute was polled. */
  private static Duration untilFullMinutePolled() {
    long intoMinute = System.currentTimeMillis() % 60_000;
    return Duration.ofMillis(60_000 - intoMinute).plus(POLL_INTERVAL).plusSeconds(1);
  }

  /**
   * Returns the options of the image, with two changes: a larger heap, and a cache that is written.
   */
  private static List<String> recording(Path built) {
    return List.of(
        built.resolve("runtime/bin/java").toString(),
        "@" + built.resolve("jvm.options"),
        "-Xmx64m",
        "-XX:AOTCacheOutput=" + built.resolve("agent.aot"),
        "-XX:-AOTRecordTraining",
        "-cp",
        built.resolve("agent.jar").toString(),
        Node.MAIN);
  }
}
