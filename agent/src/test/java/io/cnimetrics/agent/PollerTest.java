package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PollerTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private final FakeClock clock = new FakeClock(START);
  private final ModelIpamd ipamd = new ModelIpamd(clock, 1);

  @ParameterizedTest
  @ValueSource(ints = {10, 30, 45, 60})
  void everyMinuteHasAPollAfterAnyFirstPoll(int interval) {
    for (int offset = 1; offset < interval; offset++) {
      for (int second = 0; second < 60; second++) {
        Instant first = START.plusSeconds(second);
        Instant next = poller(interval, offset).run(first);
        assertThat(next.getEpochSecond() / 60 - first.getEpochSecond() / 60)
            .as("offset %d, first poll %s, next poll %s", offset, first, next)
            .isLessThanOrEqualTo(1);
        assertThat(next).isAfter(first);
      }
    }
  }

  @Test
  void noMinuteWaitsInAStoppedAgentThatSendsNothing() {
    Values values =
        new Values(Map.of("--cloudwatch", "false", "--prometheus", "true"), Map.of(), List.of());
    Agent agent =
        new Agent(
            AgentConfig.of(values, "node", MetricCatalog.names()),
            ipamd,
            new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START),
            limit -> {
              throw new AssertionError("not called before the start");
            },
            (receiver, region, labels) -> {
              throw new AssertionError("nothing is sent");
            },
            Optional.empty(),
            new AgentStats(),
            new SplittableRandom(1),
            clock);
    clock.advance(Duration.ofMinutes(2));

    assertThat(agent.stop()).isTrue();

    assertThat(ipamd.answers()).hasSize(1);
    assertThat(agent.view().pending().minutes()).isZero();
  }

  private Poller poller(int interval, int offset) {
    NodeSchedule schedule =
        new NodeSchedule(
            Duration.ofSeconds(interval),
            Duration.ofSeconds(offset),
            Duration.ofMinutes(1),
            Duration.ZERO);
    Destination destination = new Destination("CNI", List.of(Map.of("CLUSTER_ID", "prod")));
    MetricBuffer buffer = AgentParts.buffer(destination, START);
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START);
    return new Poller(ipamd, sampler, buffer, schedule, (snapshot, reading) -> {});
  }
}
