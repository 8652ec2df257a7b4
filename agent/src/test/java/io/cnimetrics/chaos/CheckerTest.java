package io.cnimetrics.chaos;

import static io.cnimetrics.chaos.OnePodMore.START;
import static io.cnimetrics.chaos.OnePodMore.answers;
import static io.cnimetrics.chaos.OnePodMore.puts;
import static io.cnimetrics.chaos.OnePodMore.replace;
import static io.cnimetrics.chaos.OnePodMore.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.chaos.Verdict.Fault;
import io.cnimetrics.testing.ServedIpamd.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The check finds forged datums, and allows only the exceptions in the contract. */
class CheckerTest {
  private static final int MINUTES = 6;
  private static final int EACH_MINUTE = 12;

  private final List<Put> puts = new ArrayList<>(correct());
  private final List<Disturbance> disturbances = new ArrayList<>();
  private boolean remembers = true;

  @Test
  void correctPublishingPasses() {
    assertThat(check().details()).isEmpty();
  }

  @Test
  void nodeWithoutAWholePolledMinuteCanLoseNothing() {
    List<Answer> first = answers(MINUTES * 60).subList(0, 4);
    NodeRecord node = new NodeRecord("node", true, first, List.of(), puts, List.of(), List.of());

    assertThat(Checker.check(node).count(Fault.LOST)).isZero();
  }

  @Test
  void lostMinuteIsFound() {
    puts.removeIf(put -> put.minute().equals(minute(3)));

    assertThat(check().count(Fault.LOST)).isEqualTo(EACH_MINUTE);
  }

  @Test
  void pendingMinuteInMemoryMayBeLostIfItsAgentIsKilled() {
    remembers = false;
    puts.removeIf(put -> put.minute().equals(minute(3)));
    happens(Edge.PROCESS, Kind.SIGKILL, minute(4).plusSeconds(1), 5);

    assertThat(check().count(Fault.LOST)).isZero();
    assertThat(check().tolerated())
        .containsEntry("lost: no state kept, pending at the end", EACH_MINUTE);
  }

  @Test
  void pendingMinuteOnDiskMayNotBeLost() {
    puts.removeIf(put -> put.minute().equals(minute(3)));
    happens(Edge.PROCESS, Kind.SIGKILL, minute(4).plusSeconds(1), 5);

    assertThat(check().count(Fault.LOST)).isEqualTo(EACH_MINUTE);
  }

  @Test
  void minuteThatWasOpenBeforeAStartOnAReadOnlyDiskMayBeLost() {
    startReadOnly();

    assertThat(check().details()).isEmpty();
    assertThat(check().tolerated())
        .containsOnly(
            Map.entry("lost: disk read-only at the start, pending at the end", EACH_MINUTE));
  }

  @Test
  void pendingMinuteBeforeAStartOnAReadOnlyDiskMayNotBeLost() {
    startReadOnly();
    puts.removeIf(put -> put.minute().equals(minute(1)));

    assertThat(check().count(Fault.LOST)).isEqualTo(EACH_MINUTE);
  }

  @Test
  void increaseThatAnEarlierAgentPublishedIsWrong() {
    startReadOnly();
    replace(puts, "addReqCount", minute(3), 7 + 3);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void increaseThatIsLostLongAfterTheStateWasLostIsWrong() {
    startReadOnly();
    for (int i = 0; i < MINUTES; i++) {
      happens(Edge.METRICS, Kind.RESET, minute(i).plusSeconds(31), 5);
    }
    assertThat(check().count(Fault.WRONG)).isZero();
    replace(puts, "addReqCount", minute(4), 0);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void readOnlyDiskAloneAllowsNoLoss() {
    happens(Edge.STATE_DISK, Kind.READ_ONLY, minute(3).plusSeconds(5), 40);
    replace(puts, "assignIPAddresses", minute(3), state(3 * 60 + 40).assigned());
    assertThat(check().count(Fault.WRONG)).isEqualTo(1);

    puts.removeIf(put -> put.minute().equals(minute(4)));
    assertThat(check().count(Fault.LOST)).isEqualTo(EACH_MINUTE);
  }

  @Test
  void duplicateDatumIsFound() {
    puts.add(again(puts.get(5), true));

    assertThat(check().count(Fault.DOUBLED)).isEqualTo(1);
  }

  @Test
  void duplicateAfterALostAnswerIsTolerated() {
    Put first = puts.get(5);
    puts.set(5, new Put(first.at(), false, first.minute(), first.metric(), first.value()));
    puts.add(again(first, true));

    assertThat(check().details()).isEmpty();
    assertThat(check().tolerated()).containsEntry("doubled: the answer was lost", 1);
  }

  @Test
  void datumThatIsSentAgainAfterAnAnswerIsFound() {
    Put first = puts.get(5);
    puts.set(5, new Put(first.at(), false, first.minute(), first.metric(), first.value()));
    puts.add(again(first, true));
    puts.add(again(first, true));

    assertThat(check().count(Fault.DOUBLED)).isEqualTo(1);
  }

  @Test
  void earlierValueOfIpamdIsWrongInAMinuteWithoutAFault() {
    replace(puts, "assignIPAddresses", minute(3), state(3 * 60 + 40).assigned());

    assertThat(check().count(Fault.WRONG)).isEqualTo(1);
  }

  @Test
  void increaseThatIsInTheNextMinuteIsWrong() {
    replace(puts, "addReqCount", minute(3), 0);
    replace(puts, "addReqCount", minute(4), 12);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void missingIncreaseIsWrongEvenIfEachMinuteHasAFault() {
    for (int i = 0; i < MINUTES; i++) {
      happens(Edge.METRICS, Kind.RESET, minute(i).plusSeconds(31), 5);
    }
    assertThat(check().details()).isEmpty();
    replace(puts, "addReqCount", minute(3), 0);

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void minuteThatWasNotPolledIsWrong() {
    puts.add(new Put(minute(9), true, minute(8), "addReqCount", 1));

    assertThat(check().count(Fault.WRONG)).isPositive();
  }

  @Test
  void lateDatumWithoutAFaultIsFound() {
    Put first = puts.get(5);
    puts.set(
        5,
        new Put(
            first.minute().plusSeconds(171), true, first.minute(), first.metric(), first.value()));

    assertThat(check().count(Fault.LATE)).isEqualTo(1);
  }

  private Verdict check() {
    return Checker.check(
        new NodeRecord(
            "node", remembers, answers(MINUTES * 60), disturbances, puts, List.of(), List.of()));
  }

  private void happens(Edge edge, Kind kind, Instant from, int seconds) {
    disturbances.add(new Disturbance(edge, kind, from, from.plusSeconds(seconds)));
  }

  /**
   * In the third minute an agent starts without its state, and reads one increase in this minute.
   */
  private void startReadOnly() {
    happens(Edge.STATE_LOSS, Kind.READ_ONLY_START, minute(2).plusSeconds(33), 1);
    puts.removeIf(put -> put.minute().equals(minute(2)));
    replace(puts, "addReqCount", minute(3), 7);
  }

  private static Put again(Put first, boolean heard) {
    return new Put(
        first.at().plusSeconds(20), heard, first.minute(), first.metric(), first.value());
  }

  private static Instant minute(int index) {
    return START.plus(Duration.ofMinutes(index));
  }

  private static List<Put> correct() {
    List<Put> puts = new ArrayList<>();
    for (int i = 1; i < MINUTES; i++) {
      // The first minute also contains the increases of the minute in which the agent started.
      int increase = i == 1 ? 8 : 6;
      puts.addAll(puts(minute(i), minute(i + 1).plusSeconds(12), state(i * 60 + 50), increase));
    }
    return puts;
  }
}
