package io.cnimetrics.cloudwatchmodel;

import static io.cnimetrics.cloudwatchmodel.AlarmStoriesTest.BEFORE;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.cloudwatchmodel.AlarmHistory.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A falling subnet creates a ticket at least half an hour before the subnet is empty. Ordinary
 * changes create no ticket. Each story has a value each minute or every five minutes, in time or
 * late.
 */
class SubnetStoriesTest {
  private static final String SOON = "SubnetEmptySoon0a";

  /** How long a story goes on after the subnet is empty or the change is over. */
  private static final int AFTER = 40;

  /** The changes of a subnet's free addresses. */
  enum Change {
    FALLS_IN_AN_HOUR(60, minute -> 500 - 500 * minute / 60.0),
    FALLS_IN_90_MINUTES(90, minute -> 500 - 500 * minute / 90.0),
    FALLS_IN_THREE_HOURS(180, minute -> 4_000 - 4_000 * minute / 180.0),
    FALLS_BY_15_ADDRESSES(120, minute -> 500 - 15 * Math.floor(500 * minute / 120.0 / 15)),
    FALLS_WITH_NOISE(
        100, minute -> 600 - 6 * minute + 6 * Math.sin(1.7 * minute) - 4 * noise(minute)),
    FALLS_AFTER_A_REFILL(
        150, minute -> minute < 40 ? 300 - minute : 400 - 400 * (minute - 40) / 110.0),
    SMALL_SUBNET_FALLS(120, minute -> 27 - 27 * minute / 120.0),

    STAYS_EMPTY(-10, minute -> 0),
    FALLS_SLOWLY(-240, minute -> 500 - 150 * minute / 240.0),
    LOSES_HALF_AT_ONCE(-60, minute -> minute < 5 ? 500 : 250),
    LOSES_HALF_IN_TEN_MINUTES(-60, minute -> 500 - 25 * Math.min(10, minute)),
    ROLLOUT_IN_WAVES(-120, minute -> minute % 30 < 5 ? 500 - 25 * (minute % 30) : 400),
    PODS_COME_AND_GO(-240, minute -> 400 + 60 * Math.sin(minute / 4.0) + 10 * noise(minute)),
    SMALL_SUBNET_CHANGES(-120, minute -> minute / 7 % 2 == 0 ? 27 : 13),
    NODES_START_IN_A_SMALL_SUBNET(-60, minute -> 250 - 30 * Math.min(4, Math.floor(minute / 3.0)));

    /** The minute at which the subnet is empty; negative if the story is quiet. */
    private final int emptyAt;

    private final IntToDoubleFunction free;

    Change(int emptyAt, IntToDoubleFunction free) {
      this.emptyAt = emptyAt;
      this.free = free;
    }

    boolean isQuiet() {
      return emptyAt < 0;
    }

    /**
     * Whether half of the addresses are gone within minutes. In PromQL this can start the alert
     * briefly.
     */
    boolean usesHalfAtOnce() {
      return this == LOSES_HALF_IN_TEN_MINUTES || this == NODES_START_IN_A_SMALL_SUBNET;
    }

    int emptyAt() {
      return emptyAt;
    }

    /**
     * @param every the minutes between two values
     * @param late whether the nodes send every five minutes
     */
    Story story(int every, boolean late) {
      Story story = new Story(late ? 5 : 1);
      List.of("ip-10-0-1-1", "ip-10-0-1-2").forEach(name -> story.boot(name).pods(10));
      int start = isQuiet() && this == STAYS_EMPTY ? 0 : free(0);
      story.minutes(BEFORE, minute -> publish(story, minute, every, late, start));
      story.minutes(
          Math.abs(emptyAt) + AFTER,
          minute -> publish(story, minute, every, late, free(Math.min(Math.abs(emptyAt), minute))));
      return story;
    }

    private int free(int minute) {
      return (int) Math.max(0, free.applyAsDouble(minute));
    }

    private static void publish(Story story, int minute, int every, boolean late, int free) {
      if (minute % every == 0) {
        story.freeAddresses(Printed.SUBNET, free, Duration.ofMinutes(late ? 1 + minute % 6 : 1));
      }
    }

    private static double noise(int minute) {
      return new SplittableRandom(minute).nextDouble();
    }
  }

  static Stream<Arguments> stories() {
    return Arrays.stream(Change.values())
        .flatMap(
            change ->
                Stream.of(
                    Arguments.of(change, 1, false),
                    Arguments.of(change, 5, false),
                    Arguments.of(change, 1, true),
                    Arguments.of(change, 5, true)));
  }

  /**
   * The alarm starts in time. An uneven fall near the threshold can start the alarm several times.
   */
  @ParameterizedTest
  @MethodSource("stories")
  void ticketComesHalfAnHourBeforeTheSubnetIsEmpty(Change change, int every, boolean late) {
    Story story = change.story(every, late);
    Instant empty = Story.START.plus(Duration.ofMinutes(BEFORE + change.emptyAt()));
    for (Evaluated evaluated : Evaluated.of(story, Printed.alarms(late ? 5 : 1, Map.of()))) {
      List<Span> alarms = evaluated.history(SOON).alarms();
      if (change.isQuiet()) {
        assertThat(alarms).as("%s", change).isEmpty();
      } else {
        assertThat(alarms).as("%s", change).hasSizeBetween(1, 4);
        assertThat(alarms.get(0).from())
            .as("%s", change)
            .isBetween(empty.minus(Duration.ofMinutes(85)), empty.minus(Duration.ofMinutes(30)));
        assertThat(alarms.get(alarms.size() - 1).to()).isBetween(empty, story.now());
        assertThat(evaluated.wentOff()).isEqualTo(Set.of(SOON, "SubnetEmpty0a"));
      }
    }
  }
}
