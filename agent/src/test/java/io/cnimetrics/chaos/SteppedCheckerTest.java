package io.cnimetrics.chaos;

import static io.cnimetrics.chaos.OnePodMore.START;
import static io.cnimetrics.chaos.OnePodMore.answers;
import static io.cnimetrics.chaos.OnePodMore.puts;
import static io.cnimetrics.chaos.OnePodMore.replace;
import static io.cnimetrics.chaos.OnePodMore.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.chaos.Verdict.Fault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The check of a node whose clock is set an hour ahead, back, and ahead again. */
class SteppedCheckerTest {
  private static final int END = 600;
  private static final Duration HOUR = Duration.ofHours(1);

  private static final List<ClockStep> STEPS =
      List.of(
          new ClockStep(second(155), HOUR),
          new ClockStep(second(195), Duration.ZERO),
          new ClockStep(second(295), HOUR));

  private final List<Put> puts = correct();

  @Test
  void correctDatumsPassAndMinutesThatTheClockShowsAgainMayBeMissing() {
    Verdict verdict = check();

    assertThat(verdict.details()).isEmpty();
    assertThat(verdict.tolerated())
        .containsOnly(
            Map.entry(
                "lost: the clock showed a later minute before", 2 * Checker.metrics().size()));
  }

  @Test
  void missingMinuteIsLostIfTheClockShowedNoLaterMinute() {
    puts.removeIf(put -> put.minute().equals(shown(170)));

    assertThat(check().count(Fault.LOST)).isEqualTo(Checker.metrics().size());
  }

  @Test
  void gaugeOfAnotherMinuteIsWrong() {
    replace(puts, "assignIPAddresses", shown(170), state(140).assigned());

    assertThat(check().count(Fault.WRONG)).isEqualTo(1);
  }

  @Test
  void gaugeThatIsNotTheLastOfAMinuteWithoutAFaultIsWrong() {
    replace(puts, "assignIPAddresses", shown(510), state(500).assigned());

    assertThat(check().count(Fault.WRONG)).isEqualTo(1);
  }

  @Test
  void increaseThatAChangeOfTheClockLosesIsWrong() {
    replace(puts, "addReqCount", shown(320), 1);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void increaseThatAChangeOfTheClockDuplicatesIsWrong() {
    double waited = value("addReqCount", shown(320));
    replace(puts, "addReqCount", shown(320), waited + 6);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void datumOfAnEarlierMinuteIsWrongIfTheClockShowedALaterMinute() {
    puts.add(new Put(second(270), true, shown(250), "totalIPAddresses", 100));

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void datumThatArrivesTwiceIsFound() {
    Put first = puts.get(30);
    puts.add(
        new Put(first.at().plusSeconds(20), true, first.minute(), first.metric(), first.value()));

    assertThat(check().count(Fault.DOUBLED)).isEqualTo(1);
  }

  @Test
  void lateDatumIsFound() {
    Put last = puts.get(puts.size() - 1);
    puts.set(
        puts.size() - 1,
        new Put(second(END + 300), true, last.minute(), last.metric(), last.value()));

    assertThat(check().count(Fault.LATE)).isEqualTo(1);
  }

  private Verdict check() {
    return Checker.check(
        new NodeRecord("node", true, answers(END), List.of(), puts, STEPS, List.of()));
  }

  private double value(String metric, Instant minute) {
    return puts.stream()
        .filter(put -> put.metric().equals(metric) && put.minute().equals(minute))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static Instant second(int second) {
    return START.plusSeconds(second);
  }

  /** The minute that the clock shows. */
  private static Instant shown(int second) {
    return Truth.minute(
        STEPS.stream()
            .filter(step -> step.at().isBefore(second(second)))
            .reduce((earlier, later) -> later)
            .map(step -> second(second).plus(step.ahead()))
            .orElse(second(second)));
  }

  /**
   * The agent sends each minute after the minute ends. Increases that it reads later count in the
   * next minute.
   */
  private static List<Put> correct() {
    List<Put> puts = new ArrayList<>();
    Instant closed = START;
    Instant open = START;
    int served = 0;
    int increase = 0;
    for (int second = 40; second <= END; second += 10) {
      if (!shown(second).equals(open)) {
        if (open.isAfter(closed)) {
          puts.addAll(puts(open, second(second + 1), state(served), increase));
          increase = 0;
          closed = open;
        }
        open = shown(second).isAfter(closed) ? shown(second) : open;
      }
      increase++;
      served = shown(second).equals(open) ? second : served;
    }
    return puts;
  }
}
