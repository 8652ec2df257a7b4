package io.cnimetrics.publish;

import static io.cnimetrics.publish.BufferFixture.MINUTE;
import static io.cnimetrics.publish.BufferFixture.minute;
import static io.cnimetrics.publish.FakeCloudWatch.DENIED;
import static io.cnimetrics.publish.FakeCloudWatch.THROTTLED;
import static io.cnimetrics.testing.Snapshots.START;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.testing.RecordedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenderTest {
  /** Two turns, a lookup of the identity and a pause of a minute must take less than 3 minutes. */
  private static final Duration LONGEST_TURN = Duration.ofSeconds(40);

  @TempDir Path directory;

  private final BufferFixture fixture = BufferFixture.inMemory();
  private final FakeCloudWatch cloudWatch = fixture.cloudWatch;
  private Sender sender = fixture.sender(START.plusSeconds(6));

  @Test
  void minuteIsSentAtTheNodesOffsetAfterIt() {
    pollMinutes(0, 0);

    assertThat(turn(60)).isEqualTo(at(65));
    assertThat(cloudWatch.requests()).isEmpty();

    assertThat(turn(65)).isEqualTo(at(125));
    assertThat(cloudWatch.requests()).hasSize(1);
    assertThat(cloudWatch.values("eniAllocated", START)).containsExactly(1.0);
    assertThat(cloudWatch.namespaces()).containsExactly("Kubernetes/CNI");
  }

  @Test
  void earlyAndFrequentTurnsSendNothingTwice() {
    pollMinutes(0, 0);
    for (int second = 60; second < 120; second++) {
      turn(second);
    }
    assertThat(cloudWatch.requests()).hasSize(1);
  }

  @Test
  void urgentDataDoesNotWaitForTheOffset() {
    fixture.poll(at(10), 4);
    fixture.buffer.closeOpenMinute();
    fixture.buffer.sendNow();

    turn(12);
    turn(13);

    assertThat(cloudWatch.requests()).hasSize(1);
  }

  @Test
  void longIntervalSendsManyMinutesInOneRequest() {
    sender = fixture.sender(BufferFixture.schedule(MINUTE.multipliedBy(5)), START.plusSeconds(6));
    for (int minute = 0; minute < 10; minute++) {
      pollMinutes(minute, minute);
      turn(60L * minute + 65);
    }

    assertThat(cloudWatch.requests()).hasSize(2);
    assertThat(cloudWatch.requests().get(0).stream().map(Datum::at).distinct()).hasSize(5);
  }

  @Test
  void longIntervalSendsANewAlertEarlyButNotAContinuingAlert() {
    sender = fixture.sender(BufferFixture.schedule(MINUTE.multipliedBy(5)), START.plusSeconds(6));
    for (int minute = 0; minute < 5; minute++) {
      // The second minute and all later minutes have errors.
      fixture.poll(at(60L * minute + 10), 4 + minute).poll(at(60L * minute + 40), 4 + minute);
      turn(60L * minute + 64);
      turn(60L * minute + 65);
    }

    assertThat(cloudWatch.requests()).hasSize(2);
    assertThat(cloudWatch.values("ipamdErr", minute(1))).containsExactly(1.0);
  }

  @Test
  void throttledRequestIsRetriedWithGrowingPauses() {
    pollMinutes(0, 0);
    fixture.buffer.closeEnded(at(65));
    cloudWatch.answerAlways(THROTTLED);
    Instant now = at(65);
    for (int i = 0; i < 12; i++) {
      Instant next = sender.turn(now);
      assertThat(Duration.between(now, next))
          .isPositive()
          .isLessThanOrEqualTo(Duration.ofSeconds(Math.min(60, 1L << i)));
      now = next;
    }
    assertThat(cloudWatch.requests()).hasSize(12);
    cloudWatch.recover();

    sender.turn(now);

    assertThat(cloudWatch.values("eniAllocated", START)).containsExactly(1.0);
  }

  @Test
  void retryAfterIsRespected() {
    pollMinutes(0, 0);
    cloudWatch.answerOnce(throttled(Duration.ofSeconds(90)));

    assertThat(turn(65)).isBetween(at(155), at(156));
    turn(100);

    assertThat(cloudWatch.requests()).hasSize(1);
  }

  @Test
  void missingPermissionsAreReportedUntilTheFirstSend() {
    pollMinutes(0, 0);
    cloudWatch.answerOnce(DENIED);
    turn(65);
    assertThat(sender.refusal()).hasValue("failed with AccessDenied; send again");

    turn(125);

    assertThat(sender.refusal()).isEmpty();
    pollMinutes(1, 1);
    cloudWatch.answerOnce(DENIED);
    turn(185);
    assertThat(sender.refusal()).as("after the first accepted request").isEmpty();
  }

  @Test
  void answersToThePartsOfABatchAreKnownBeforeTheBatchEnds() {
    List<Sender.Answers> answers = new ArrayList<>();
    cloudWatch.acceptAtMost(3);
    sender =
        fixture.sender(
            (namespace, datums, limit) -> {
              answers.add(sender.answers());
              fixture.passed = fixture.passed.plusSeconds(1);
              return cloudWatch.put(namespace, datums, limit);
            },
            at(6));
    pollMinutes(0, 0);

    turn(65);

    assertThat(answers.get(0)).isEqualTo(new Sender.Answers(Optional.empty(), Optional.empty()));
    assertThat(answers.get(1).failure()).isPresent();
    assertThat(answers).last().extracting(Sender.Answers::accepted).isNotEqualTo(Optional.empty());
  }

  @Test
  void invalidDatumIsDroppedAndCountedAndTheOthersAreSent() {
    pollMinutes(0, 3);
    cloudWatch.reject(datum -> datum.metric().equals("ipamdErr") && datum.at().equals(minute(1)));

    turn(245);

    assertThat(fixture.events.dropped()).containsExactly(Map.entry(DropReason.INVALID, 1));
    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(cloudWatch.values("ipamdErr", minute(1))).isEmpty();
    assertThat(cloudWatch.held()).hasSize(fixture.events.sent());
    assertThat(cloudWatch.held().stream().filter(d -> d.metric().equals("eniAllocated")))
        .hasSize(4);
  }

  /** A proxy can refuse every request as too large, even a request with one datum. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void proxyThatRefusesTheSizeOfRequestsLosesNoDatum(int most) {
    try (RecordedLog log = new RecordedLog(Delivery.class.getName())) {
      pollMinutes(0, 1);
      cloudWatch.acceptAtMost(most);
      turn(125);
      turn(185);

      assertThat(log.lines())
          .filteredOn(line -> line.contains("smaller parts"))
          .singleElement()
          .asString()
          .contains("CloudWatch", "TOO_LARGE");
    }
    assertThat(cloudWatch.held().isEmpty()).isEqualTo(most == 0);
    cloudWatch.acceptAtMost(MetricSink.MOST_DATUMS);
    turn(305);

    assertThat(fixture.events.dropped()).isEmpty();
    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
    assertThat(cloudWatch.values("eniAllocated", START)).containsExactly(1.0);
  }

  @Test
  void sizeThatAProxyAcceptsIsKnown() {
    cloudWatch.acceptAtMost(3);
    pollMinutes(0, 0);
    turn(65);
    int before = cloudWatch.requests().size();

    pollMinutes(1, 1);
    turn(125);

    assertThat(cloudWatch.requestsAfter(before))
        .as("requests of the second minute")
        .allSatisfy(request -> assertThat(request).hasSizeLessThanOrEqualTo(3));
    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
  }

  /** All nodes can send through the same proxy. */
  @Test
  void backlogBehindAProxyThatAcceptsSingleDatumsNeedsFewRequestsPerTurn() {
    cloudWatch.acceptAtMost(1);
    pollMinutes(0, 29);
    turn(1_805);
    int before = cloudWatch.requests().size();

    turn(1_925);

    assertThat(cloudWatch.requests().size() - before).isBetween(30, 41);
    assertThat(fixture.events.dropped()).isEmpty();
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
  }

  @Test
  void backlogIsSentSoonAfterAProxyStopsRefusingSizes() {
    cloudWatch.acceptAtMost(1);
    pollMinutes(0, 29);
    turn(1_805);
    cloudWatch.acceptAtMost(MetricSink.MOST_DATUMS);

    backlogIsSentInTenTurns();
  }

  @Test
  void datumThatIsTooLargeDoesNotLimitTheSizeOfOtherRequests() {
    pollMinutes(0, 29);
    cloudWatch.refuseAsTooLarge(datum -> datum.at().equals(minute(29)) && isEven(datum));
    turn(1_805);
    cloudWatch.refuseAsTooLarge(datum -> false);

    backlogIsSentInTenTurns();
  }

  private static boolean isEven(Datum datum) {
    return datum.metric().hashCode() % 2 == 0;
  }

  private void backlogIsSentInTenTurns() {
    for (int minute = 30; minute < 40; minute++) {
      pollMinutes(minute, minute);
      turn(60L * minute + 125);
    }
    assertThat(fixture.buffer.depth().minutes()).isLessThanOrEqualTo(1);
    assertThat(fixture.events.dropped()).isEmpty();
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
  }

  @Test
  void testsOfALimitedSizeCostFewRequests() {
    cloudWatch.acceptAtMost(3);
    pollMinutes(0, 0);
    turn(65);
    int before = cloudWatch.requests().size();

    for (int minute = 1; minute < 11; minute++) {
      pollMinutes(minute, minute);
      turn(60L * minute + 65);
    }

    assertThat(cloudWatch.requestsAfter(before))
        .filteredOn(request -> request.size() > 3)
        .hasSizeBetween(1, 10);
    assertThat(fixture.buffer.depth().minutes()).isZero();
  }

  @Test
  void datumThatIsTooLargeForAProxyStaysAndTheOthersArrive() {
    pollMinutes(0, 1);
    cloudWatch.refuseAsTooLarge(datum -> datum.metric().equals("eniAllocated"));
    turn(125);

    assertThat(fixture.events.dropped()).isEmpty();
    assertThat(cloudWatch.values("ipamdUp", START)).hasSize(1);
    assertThat(cloudWatch.values("ipamdUp", minute(1))).hasSize(1);
    assertThat(cloudWatch.held()).noneMatch(datum -> datum.metric().equals("eniAllocated"));

    cloudWatch.refuseAsTooLarge(datum -> false);
    turn(305);

    assertThat(cloudWatch.values("eniAllocated", START)).containsExactly(1.0);
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
    assertThat(fixture.buffer.depth().minutes()).isZero();
  }

  @Test
  void datumThatIsTooLargeIsLoggedOnceAnHourAlthoughOthersArrive() {
    cloudWatch.refuseAsTooLarge(
        datum -> datum.metric().equals("eniAllocated") && datum.at().equals(START));
    List<String> lines;
    try (RecordedLog log = new RecordedLog(Sender.class.getName())) {
      for (int minute = 0; minute < 70; minute++) {
        pollMinutes(minute, minute);
        turn(60L * minute + 125);
      }
      lines = log.lines();
    }

    assertThat(lines.stream().map(line -> line.replaceFirst("[:;].*", "")))
        .containsExactly(
            "INFO sending to CloudWatch",
            "WARN CloudWatch request failed",
            "WARN CloudWatch request failed");
    assertThat(cloudWatch.values("ipamdUp", minute(69))).hasSize(1);
  }

  @Test
  void manyInvalidPartsOfABatchAreLoggedOnce() {
    List<String> names = MetricCatalog.all().stream().map(Metric::name).toList();
    pollMinutes(0, 9);
    cloudWatch.reject(datum -> names.indexOf(datum.metric()) % 3 == 0);
    try (RecordedLog log = new RecordedLog(Delivery.class.getName())) {
      turn(605);

      assertThat(log.lines())
          .filteredOn(line -> line.contains("many parts"))
          .containsExactly(
              "WARN many parts of a request are invalid; the rest of the request is sent again"
                  + " later");
    }
  }

  /** Prometheus rejects all old values if its window for out-of-order values is 0. */
  @Test
  void minutesThatAreTooOldAreDroppedWholeInOneTurn() {
    pollMinutes(0, 9);
    cloudWatch.rejectAsTooOld(datum -> datum.at().isBefore(minute(9)));

    turn(605);

    assertThat(cloudWatch.held()).extracting(Datum::at).containsOnly(minute(9));
    assertThat(fixture.events.dropped()).containsOnlyKeys(DropReason.TOO_OLD);
    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(cloudWatch.requests()).hasSizeLessThan(20);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void wrongClockLosesFewDatumsInFewRequests(boolean asTooOld) {
    pollMinutes(0, 9);
    if (asTooOld) {
      cloudWatch.rejectAsTooOld(datum -> true);
    } else {
      cloudWatch.reject(datum -> true);
    }

    Instant next = turn(605);

    assertThat(next).isBetween(at(605), at(666));
    assertThat(cloudWatch.requests()).hasSizeLessThan(20);
    assertThat(fixture.events.dropped()).containsExactly(Map.entry(DropReason.INVALID, 3));
  }

  @Test
  void backlogIsSentNewestFirstWithoutMoreRequests() {
    cloudWatch.answerAlways(THROTTLED);
    pollMinutes(0, 99);
    turn(100 * 60 + 5);
    cloudWatch.recover();
    int before = cloudWatch.requests().size();

    int turns = 0;
    for (Instant now = at(100 * 60 + 66); fixture.buffer.depth().minutes() > 0; turns++) {
      now = sender.turn(now);
    }

    List<List<Datum>> requests = cloudWatch.requestsAfter(before);
    assertThat(requests).hasSizeLessThanOrEqualTo(turns).hasSizeBetween(3, 4);
    assertThat(requests.get(0).get(0).at()).isEqualTo(minute(99));
    assertThat(requests).allSatisfy(request -> assertThat(request).hasSizeLessThanOrEqualTo(1_000));
    for (int minute = 0; minute < 100; minute++) {
      assertThat(cloudWatch.values("eniAllocated", minute(minute))).containsExactly(1.0);
    }
  }

  @Test
  void clockStepBackDoesNotStopSending() {
    pollMinutes(0, 0);
    turn(65);
    pollMinutes(1, 1);

    fixture.buffer.closeEnded(at(65 - 3600));
    sender.turn(at(65 - 3600));

    assertThat(cloudWatch.requests()).hasSize(2);
  }

  @Test
  void failureThatContinuesIsLoggedAgainAfterAnHourAndAfterAClockStepBack() {
    try (RecordedLog log = new RecordedLog(Sender.class.getName())) {
      cloudWatch.answerAlways(DENIED);
      pollMinutes(0, 0);
      turn(65);
      turn(65 + 1_800);
      assertThat(log.lines()).hasSize(1);
      turn(65 + 3_700);
      assertThat(log.lines()).hasSize(2);

      sender.turn(at(-1_800));

      assertThat(log.lines()).hasSize(3);
    }
  }

  @Test
  void flushSendsAllAndStopsAtTheFirstFailure() {
    pollMinutes(0, 59);
    fixture.buffer.closeOpenMinute();

    sender.flush(at(3_600), Duration.ofSeconds(5));

    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(cloudWatch.held().stream().filter(d -> d.metric().equals("eniAllocated")))
        .hasSize(60);

    pollMinutes(61, 100);
    int before = cloudWatch.requests().size();
    cloudWatch.answerAlways(THROTTLED);
    sender.flush(at(6_100), Duration.ofSeconds(5));
    assertThat(cloudWatch.requests()).hasSize(before + 1);
  }

  @Test
  void flushSkipsTheBatchOfAHangingTurn() {
    pollMinutes(0, 0);
    fixture.buffer.closeEnded(at(65));
    Batch hanging = fixture.take(at(65));
    pollMinutes(1, 1);
    fixture.buffer.closeOpenMinute();

    sender.flush(at(110), Duration.ofSeconds(5));

    assertThat(cloudWatch.held().stream().map(Datum::at).distinct()).containsExactly(minute(1));
    fixture.buffer.release(hanging);
    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
  }

  @Test
  void pauseCountsFromTheEndOfASlowRequest() {
    pollMinutes(0, 0);
    fixture.buffer.closeEnded(at(65));
    cloudWatch.answerOnce(throttled(Duration.ofSeconds(1)));
    sender = fixture.slowSender(Duration.ofSeconds(7), at(6));

    assertThat(sender.turn(at(65))).isBetween(at(65 + 7 + 1), at(65 + 7 + 2));
  }

  @ParameterizedTest
  @CsvSource({"3,9", "1,9", "3,2", "1000,9"})
  void slowPeerMakesNoTurnLongAndEachTurnMakesProgress(int mostDatums, int seconds) {
    cloudWatch.acceptAtMost(mostDatums);
    sender = fixture.slowSender(Duration.ofSeconds(seconds), at(6));
    pollMinutes(0, 1);
    Instant now = at(125);
    fixture.buffer.closeEnded(now);

    for (int turns = 0; fixture.buffer.depth().minutes() > 0; turns++) {
      Duration before = fixture.passed;
      int sentBefore = fixture.events.sent();
      Instant next = sender.turn(now);

      assertThat(fixture.passed.minus(before)).isLessThanOrEqualTo(LONGEST_TURN);
      assertThat(next).isBetween(now, now.plus(MINUTE.multipliedBy(2)));
      assertThat(fixture.events.sent()).isGreaterThanOrEqualTo(turns > 2 ? sentBefore + 1 : 0);
      now = next;
    }

    assertThat(fixture.events.dropped()).isEmpty();
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
    assertThat(cloudWatch.values("eniAllocated", START)).containsExactly(1.0);
  }

  @Test
  void slowInvalidDatumsMakeNoTurnLong() {
    cloudWatch.reject(datum -> datum.metric().hashCode() % 8 == 0);
    sender = fixture.slowSender(Duration.ofSeconds(9), at(6));
    pollMinutes(0, 1);
    Instant now = at(125);
    fixture.buffer.closeEnded(now);

    for (int turn = 0; turn < 30; turn++) {
      Duration before = fixture.passed;
      now = sender.turn(now);
      assertThat(fixture.passed.minus(before)).isLessThanOrEqualTo(LONGEST_TURN);
    }

    assertThat(fixture.events.dropped()).containsOnlyKeys(DropReason.INVALID);
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
    assertThat(fixture.buffer.depth().minutes()).isZero();
  }

  /**
   * A request with a very short time limit would lose its answer, and its datums would arrive
   * twice.
   */
  @Test
  void flushStartsNoRequestThatCannotEndInTime() {
    List<Duration> limits = new ArrayList<>();
    cloudWatch.acceptAtMost(3);
    sender =
        fixture.sender(
            (namespace, datums, limit) -> {
              limits.add(limit);
              fixture.passed = fixture.passed.plusMillis(300);
              return cloudWatch.put(namespace, datums, limit);
            },
            at(6));
    pollMinutes(0, 1);
    fixture.buffer.closeOpenMinute();

    sender.flush(at(110), Duration.ofSeconds(2));

    assertThat(fixture.passed).isLessThanOrEqualTo(Duration.ofSeconds(2));
    assertThat(limits)
        .hasSizeGreaterThan(4)
        .allSatisfy(limit -> assertThat(limit).isGreaterThanOrEqualTo(Duration.ofMillis(500)));
    assertThat(cloudWatch.held()).doesNotHaveDuplicates().hasSize(fixture.events.sent());
  }

  /** A receiver of OTLP can also reject the point that describes the node, or count wrongly. */
  @ParameterizedTest
  @CsvSource({"1000,true", "2147483647,true", "0,false", "-5,false"})
  void numberOfRejectedDatumsIsBoundedByTheRequest(int rejected, boolean all) {
    pollMinutes(0, 0);
    List<Datum> sent = new ArrayList<>();
    sender =
        fixture.sender(
            (namespace, datums, limit) -> {
              sent.addAll(datums);
              return PutResult.partlyAccepted(rejected, "too late");
            },
            at(6));

    turn(65);

    assertThat(sent).isNotEmpty();
    assertThat(fixture.events.sent()).isEqualTo(all ? 0 : sent.size());
    assertThat(fixture.events.dropped())
        .isEqualTo(all ? Map.of(DropReason.INVALID, sent.size()) : Map.of());
  }

  @Test
  void alertIsSentAtTheNodesOffsetAfterAnyStart() {
    Instant start = at(40);
    sender = fixture.sender(BufferFixture.schedule(MINUTE.multipliedBy(5)), start);
    Instant now = start;
    while (cloudWatch.held().isEmpty()) {
      fixture.buffer.closeEnded(now);
      Instant next = earlier(sender.turn(now), now.plus(MINUTE));
      if (now.equals(start)) {
        fixture.poll(at(70), 4).poll(at(100), 9);
      }
      now = cloudWatch.held().isEmpty() ? next : now;
    }

    assertThat(now).isEqualTo(at(125));
    assertThat(cloudWatch.values("ipamdErr", minute(1))).containsExactly(5.0);
  }

  @Test
  void minuteWithUnknownDimensionsDoesNotCauseMoreRequests() {
    Destination unnamed = BufferFixture.destination("Kubernetes/CNI", Map.of("INSTANCE_TYPE", ""));
    BufferFixture.in(directory, "i-1", unnamed, START).poll(at(10), 4).buffer.close();
    BufferFixture after = BufferFixture.in(directory, at(20)).poll(at(70), 4);
    after.buffer.closeEnded(at(125));
    sender = after.sender(BufferFixture.schedule(MINUTE.multipliedBy(5)), at(-1));

    Instant due = sender.turn(at(305));

    assertThat(after.cloudWatch.requests()).hasSize(1);
    assertThat(after.buffer.depth().minutes()).isEqualTo(1);
    after.poll(at(310), 4).buffer.closeEnded(at(365));
    sender.turn(at(365));
    assertThat(after.cloudWatch.requests()).as("due %s", due).hasSize(1);
  }

  private static PutResult throttled(Duration retryAfter) {
    return new PutResult(
        PutResult.Status.RETRYABLE,
        Optional.of(retryAfter),
        "Throttling",
        "slow down",
        "send again");
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  /** Two polls in each of the minutes. */
  private void pollMinutes(int first, int last) {
    IntStream.rangeClosed(first, last)
        .forEach(minute -> fixture.poll(at(60L * minute + 10), 4).poll(at(60L * minute + 40), 4));
  }

  private Instant turn(long second) {
    fixture.buffer.closeEnded(at(second));
    return sender.turn(at(second));
  }

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }
}
