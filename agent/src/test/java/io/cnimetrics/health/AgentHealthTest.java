package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgentHealthTest {
  private static final String REFUSED = "AccessDenied: attach cloudwatch:PutMetricData to the role";

  @Test
  void loopMayMissThreeIntervals() {
    assertThat(turned(Duration.ofSeconds(90)).notLive()).isEmpty();
    assertThat(turned(Duration.ofSeconds(90).plusNanos(1)).notLive()).isNotEmpty();
  }

  @Test
  void loopThatHangsIsNamed() {
    AgentHealth health =
        new AgentHealth(List.of(loop("poll", 30, 29), loop("send", 60, 400)), true, List.of());

    assertThat(health.notLive())
        .containsExactly(
            "the send loop has not run for 400 s, but must run every 60 s: check the node's"
                + " disk, then restart the agent");
  }

  @Test
  void agentWithoutLoopsYetIsAlive() {
    assertThat(new AgentHealth(List.of(), false, List.of()).notLive()).isEmpty();
  }

  @Test
  void refusedPermissionsDoNotFailTheLivenessProbe() {
    assertThat(new AgentHealth(List.of(), true, List.of(REFUSED)).notLive()).isEmpty();
  }

  @Test
  void agentIsNotReadyBeforeTheFirstPoll() {
    assertThat(sends(false, List.of()).notReady())
        .containsExactly("the first poll has not finished yet: wait for its end");
  }

  @Test
  void agentIsReadyAfterAPollEvenIfNothingIsSent() {
    assertThat(sends(true, List.of()).notReady()).isEmpty();
  }

  @Test
  void agentThatCouldNeverSendForLackOfRightsIsNotReady() {
    assertThat(sends(true, List.of(REFUSED)).notReady()).containsExactly(REFUSED);
  }

  private static AgentHealth turned(Duration ago) {
    return new AgentHealth(
        List.of(new AgentHealth.Loop("poll", Duration.ofSeconds(30), ago)), true, List.of());
  }

  private static AgentHealth sends(boolean polled, List<String> refusals) {
    return new AgentHealth(List.of(loop("poll", 30, 1)), polled, refusals);
  }

  private static AgentHealth.Loop loop(String name, long interval, long since) {
    return new AgentHealth.Loop(name, Duration.ofSeconds(interval), Duration.ofSeconds(since));
  }
}
