package io.cnimetrics.publish;

import static io.cnimetrics.testing.Snapshots.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.publish.PendingMinutes.Interner;
import io.cnimetrics.testing.Counting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PendingMinutesTest {
  private static final List<MinuteValue> VALUES =
      List.of(
          new MinuteValue("eniAllocated", Unit.COUNT, 2),
          new MinuteValue("nodeIPUtilization", Unit.PERCENT, 12.5));

  @Test
  void packedListEqualsItsSource() {
    assertThat(MinuteValue.Packed.of(VALUES)).isEqualTo(VALUES).hasSameHashCodeAs(VALUES);
    assertThat(MinuteValue.Packed.of(List.of())).isEmpty();
  }

  @Test
  void minutesWithEqualDestinationsShareOneDestination() {
    List<PendingMinute> minutes =
        List.of(
            minute(1, "prod", VALUES),
            minute(2, "prod", List.of(new MinuteValue("eniAllocated", Unit.COUNT, 3))),
            minute(3, "test", VALUES.subList(0, 1)));
    PendingMinutes pending = new PendingMinutes(new Counting());

    minutes.forEach(pending::put);

    List<PendingMinute> kept = pending.all();
    assertThat(kept).isEqualTo(minutes);
    assertThat(kept.get(1).destination()).isSameAs(kept.get(0).destination());
  }

  /** A heap of 12 MB must hold the minutes of any file. */
  @Test
  void loadedMinutesOfManyDestinationsFitIntoMemory() {
    PendingMinutes pending = new PendingMinutes(new Counting());
    for (int id = 1; id <= 60_000; id++) {
      PendingMinute minute = minute(id, "cluster-" + id, VALUES.subList(0, 1));
      pending.load(new Journal.Entry(Optional.empty(), List.of(minute), List.of()));
    }

    assertThat(pending.all()).hasSizeBetween(2_000, 6_000);
  }

  @Test
  void loadedEntryIsNoChange() {
    PendingMinutes pending = new PendingMinutes(new Counting());

    pending.load(
        new Journal.Entry(Optional.empty(), List.of(minute(1, "prod", VALUES)), List.of(2L)));

    assertThat(pending.changes(Optional.empty()).isEmpty()).isTrue();
  }

  @Test
  void internerForgetsOldObjects() {
    Interner<Integer> interner = new Interner<>();
    for (int i = 0; i < 1_000; i++) {
      assertThat(interner.equalTo(i)).isEqualTo(i);
    }
  }

  /** The OTLP sink adds a point that describes the node, and adds labels to each point. */
  @Test
  void requestOfOtlpLeavesRoomForTheDescriptionOfTheNodeAndForLabels() {
    PendingMinutes pending = new PendingMinutes(new Counting());
    for (int minute = 0; minute < 600; minute++) {
      pending.put(
          new PendingMinute(
              minute,
              START.plusSeconds(60L * minute),
              new Destination(Receiver.OTLP, "", List.of(Map.of("CLUSTER_ID", "c".repeat(100)))),
              Optional.of(
                  new PendingMinute.Times(START, new BufferState.Starts(START, Optional.empty()))),
              VALUES));
    }

    Batch batch = pending.take(Receiver.OTLP, START.plusSeconds(90_000), Map.of()).orElseThrow();

    assertThat(batch.datums()).hasSizeBetween(900, 999);
    assertThat(pending.take(Receiver.CLOUDWATCH, START, Map.of())).isEmpty();
  }

  @Test
  void eachRegularSendHasTheNewestTotalAndTheLongestDuration() {
    PendingMinutes pending = new PendingMinutes(new Counting());
    // The node sends at second 5 of each fifth minute after START.
    for (int minute = 0; minute < 10; minute++) {
      pending.put(otlp(minute, START, minute == 3 ? 4 : 0));
    }
    // ipamD restarted in the last minute.
    pending.put(otlp(10, START.plusSeconds(570), 0));
    pending.put(minute(11, "prod", VALUES));

    pending.thin(Receiver.OTLP, BufferFixture.schedule(Duration.ofMinutes(5)));

    assertThat(pending.all()).extracting(PendingMinute::id).containsExactly(3L, 4L, 9L, 10L, 11L);
    assertThat(pending.all().get(0).values())
        .containsExactly(new MinuteValue("noAddressMinutes", Unit.MINUTES, 4));
    assertThat(pending.all().get(1).values())
        .containsExactly(new MinuteValue("addReqCount", Unit.COUNT, 4));
    assertThat(pending.all().get(2).values())
        .containsExactly(new MinuteValue("addReqCount", Unit.COUNT, 9));
    assertThat(pending.all().get(3).values()).hasSize(2);
  }

  private static PendingMinute otlp(int id, Instant ipamdStart, double minutes) {
    return new PendingMinute(
        id,
        START.plusSeconds(60L * Math.min(9, id)),
        new Destination(Receiver.OTLP, "", List.of(Map.of("CLUSTER_ID", "prod"))),
        Optional.of(
            new PendingMinute.Times(START, new BufferState.Starts(START, Optional.of(ipamdStart)))),
        List.of(
            new MinuteValue("addReqCount", Unit.COUNT, id),
            new MinuteValue("noAddressMinutes", Unit.MINUTES, minutes)));
  }

  private static PendingMinute minute(long id, String cluster, List<MinuteValue> values) {
    Destination destination =
        BufferFixture.destination("Kubernetes/CNI", Map.of("CLUSTER_ID", cluster));
    return new PendingMinute(id, START, destination, Optional.empty(), values);
  }
}
