package io.cnimetrics.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeScheduleTest {
  private static final Duration POLL = Duration.ofSeconds(30);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @Test
  void pollsKeepTheirOffsetAndInterval() {
    NodeSchedule schedule =
        new NodeSchedule(POLL, Duration.ofSeconds(7), MINUTE, Duration.ofSeconds(11));

    assertThat(schedule.nextPoll(NOON)).isEqualTo("2026-11-21T12:00:07Z");
    assertThat(schedule.nextPoll(NOON.plusSeconds(7))).isEqualTo("2026-11-21T12:00:37Z");
    assertThat(schedule.nextPoll(NOON.plusSeconds(40))).isEqualTo("2026-11-21T12:01:07Z");
    assertThat(schedule.nextSend(NOON)).isEqualTo("2026-11-21T12:00:11Z");
    assertThat(schedule.nextSend(NOON.plusSeconds(11))).isEqualTo("2026-11-21T12:01:11Z");
  }

  @Test
  void sendsAtALongerIntervalKeepTheirMinute() {
    NodeSchedule schedule =
        new NodeSchedule(POLL, Duration.ZERO, MINUTE.multipliedBy(5), Duration.ofSeconds(131));

    assertThat(schedule.nextSend(NOON)).isEqualTo("2026-11-21T12:02:11Z");
    assertThat(schedule.nextSend(NOON.plusSeconds(131))).isEqualTo("2026-11-21T12:07:11Z");
    assertThat(schedule.urgentSend(NOON)).isEqualTo("2026-11-21T12:01:11Z");
  }

  @Test
  void clockStepKeepsTheOffsets() {
    NodeSchedule schedule = NodeSchedule.of("node", POLL, MINUTE);
    Instant usual = schedule.nextSend(NOON);

    assertThat(schedule.nextSend(NOON.minus(Duration.ofHours(1))))
        .isEqualTo(usual.minus(Duration.ofHours(1)));
    assertThat(schedule.nextSend(NOON.plus(Duration.ofHours(1))))
        .isEqualTo(usual.plus(Duration.ofHours(1)));
  }

  @Test
  void nodeKeepsItsOffsetsOverRestarts() {
    assertThat(NodeSchedule.of("ip-10-0-1-23.ec2.internal", POLL, MINUTE))
        .isEqualTo(NodeSchedule.of("ip-10-0-1-23.ec2.internal", POLL, MINUTE));
  }

  @Test
  void tenThousandNodesSpreadEvenly() {
    // Polls are at least one second away from both ends of a minute.
    assertSpread(schedule -> schedule.pollOffset().toSeconds() - 1, 28, MINUTE);
    assertSpread(schedule -> schedule.sendOffset().toSeconds(), 30, MINUTE);
    assertSpread(schedule -> schedule.sendOffset().toMinutes(), 5, Duration.ofMinutes(5));
  }

  @Test
  void pollAndSendOffsetsOfANodeAreIndependent() {
    long together =
        nodes(MINUTE)
            .filter(node -> node.pollOffset().toSeconds() == node.sendOffset().toSeconds())
            .count();
    assertThat(together).isBetween(200L, 470L);
  }

  @Test
  void plannedWorkIsDueAtItsTimeAndAfterAClockStepBack() {
    Duration mostAhead = Duration.ofMinutes(10);
    Instant now = Instant.parse("2026-11-21T10:00:00Z");

    assertThat(NodeSchedule.isDue(now.plusMillis(1), mostAhead, now)).isFalse();
    assertThat(NodeSchedule.isDue(now, mostAhead, now)).isTrue();
    assertThat(NodeSchedule.isDue(Instant.MIN, mostAhead, now)).isTrue();
    assertThat(NodeSchedule.isDue(now.plus(mostAhead), mostAhead, now)).isFalse();
    assertThat(NodeSchedule.isDue(now.plus(mostAhead).plusMillis(1), mostAhead, now)).isTrue();
    assertThat(NodeSchedule.isDue(Instant.MAX, mostAhead, now)).isFalse();
  }

  @Test
  void offsetsOutsideTheirIntervalAreRejected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeSchedule(POLL, POLL, MINUTE, Duration.ZERO));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new NodeSchedule(POLL, Duration.ZERO, Duration.ofSeconds(90), Duration.ZERO));
  }

  /** Each part has an equal share of 10,000 nodes, within five standard deviations. */
  private static void assertSpread(
      ToLongFunction<NodeSchedule> part, int parts, Duration publishInterval) {
    long[] counts = new long[parts];
    nodes(publishInterval).forEach(node -> counts[(int) part.applyAsLong(node)]++);
    double share = 10_000.0 / parts;
    for (long count : counts) {
      assertThat((double) count)
          .isBetween(share - 5 * Math.sqrt(share), share + 5 * Math.sqrt(share));
    }
  }

  private static Stream<NodeSchedule> nodes(Duration publishInterval) {
    return IntStream.range(0, 10_000)
        .mapToObj(
            node ->
                NodeSchedule.of(
                    "ip-10-0-%d-%d.us-west-2.compute.internal".formatted(node / 256, node % 256),
                    POLL,
                    publishInterval));
  }
}
