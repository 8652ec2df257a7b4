package io.cnimetrics.agent;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Writes the state directory of an agent that could not reach CloudWatch for some hours. */
public final class BacklogState {
  private static final String INSTANCE_TYPE = "m5.xlarge";
  private static final PutResult UNREACHABLE =
      new PutResult(Status.RETRYABLE, Optional.empty(), "NO_ANSWER", "away", "wait");

  private BacklogState() {}

  /** Runs the agent's loops in model time: {@code STATE_DIRECTORY HOURS}. */
  public static void main(String[] args) {
    Duration outage = Duration.ofHours(Long.parseLong(args[1]));
    ModelClock clock = new ModelClock(Instant.now().minus(outage));
    RepeatedIpamd ipamd = new RepeatedIpamd(RepeatedIpamd.snapshot(INSTANCE_TYPE), clock);
    Published all = Published.all(Published.MINUTE);
    Optional<Path> state = Optional.of(Path.of(args[0]));
    try (ModelAgent agent =
        new ModelAgent(
            all, INSTANCE_TYPE, ipamd, (namespace, datums, limit) -> UNREACHABLE, state, clock)) {
      agent.pass(outage);
      System.out.printf("%d minutes are pending%n", agent.waitingMinutes());
    }
  }
}
