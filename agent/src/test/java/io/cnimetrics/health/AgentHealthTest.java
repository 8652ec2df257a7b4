package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentHealthTest {
  private static final Optional<String> REFUSED =
      Optional.of("AccessDenied: attach cloudwatch:PutMetricData to the role");

  @Test
  void loopMayMissThreeIntervals() {
    assertThat(turned(Duration.ofSeconds(90)).notLive()).isEmpty();
    assertThat(turned(Duration.ofSeconds(90).plusNanos(1)).notLive()).isNotEmpty();
  }

  @Test
  void loopThatHangsIsNamed() {
    AgentHealth health =
        new AgentHealth(
            List.of(loop("poll", 30, 29), loop("send", 60, 400)), true, true, Optional.empty());

    assertThat(health.notLive())
        .containsExactly(
            "the send loop has not run for 400 s, but must run every 60 s: restart the agent");
  }

  @Test
  void agentWithoutLoopsYetIsAlive() {
    assertThat(new AgentHealth(List.of(), false, false, Optional.empty()).notLive()).isEmpty();
  }

  @Test
  void refusedPermissionsDoNotFailTheLivenessProbe() {
    assertThat(new AgentHealth(List.of(), true, false, REFUSED).notLive()).isEmpty();
  }

  @Test
  void agentIsNotReadyBeforeTheFirstPoll() {
    assertThat(sends(false, false, Optional.empty()).notReady())
        .containsExactly("the first poll has not finished yet: wait for its end");
  }

  @Test
  void agentIsReadyAfterAPollEvenIfNothingIsSent() {
    assertThat(sends(true, false, Optional.empty()).notReady()).isEmpty();
  }

  @Test
  void agentThatCouldNeverSendForLackOfRightsIsNotReady() {
    assertThat(sends(true, false, REFUSED).notReady())
        .containsExactly("CloudWatch has accepted no datums yet: " + REFUSED.orElseThrow());
  }

  @Test
  void agentThatHasSentOnceStaysReady() {
    assertThat(sends(true, true, REFUSED).notReady()).isEmpty();
  }

  private static AgentHealth turned(Duration ago) {
    return new AgentHealth(
        List.of(new AgentHealth.Loop("poll", Duration.ofSeconds(30), ago)),
        true,
        true,
        Optional.empty());
  }

  private static AgentHealth sends(boolean polled, boolean accepted, Optional<String> refusal) {
    return new AgentHealth(List.of(loop("poll", 30, 1)), polled, accepted, refusal);
  }

  private static AgentHealth.Loop loop(String name, long interval, long since) {
    return new AgentHealth.Loop(name, Duration.ofSeconds(interval), Duration.ofSeconds(since));
  }
}
