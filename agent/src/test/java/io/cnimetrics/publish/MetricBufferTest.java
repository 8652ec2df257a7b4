package io.cnimetrics.publish;

import static io.cnimetrics.publish.BufferFixture.CLUSTER;
import static io.cnimetrics.publish.BufferFixture.destination;
import static io.cnimetrics.publish.BufferFixture.good;
import static io.cnimetrics.publish.BufferFixture.minute;
import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.SamplerState;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricBufferTest {
  private static final Map<String, String> OF_SUBNET =
      Map.of("CLUSTER_ID", "", "SubnetId", "subnet-1");
  private static final Subnet SUBNET = new Subnet("subnet-1", 7, 244);

  @TempDir Path directory;

  @Test
  void minuteHasTheLastGaugeAndTheSumOfIncreases() {
    BufferFixture fixture =
        BufferFixture.inMemory().poll(at(10), 4).poll(at(20), 7).poll(at(40), 9);
    fixture.poll(nothingRead().at(at(50)));

    Map<String, Double> minute = sent(fixture, at(65));

    assertThat(minute)
        .containsEntry("eniAllocated", 1.0)
        .containsEntry("ipamdErr", 5.0)
        .containsEntry("ipamdUp", 1.0);
  }

  @Test
  void metricsOfASourceThatFailedInEveryPollAreAbsent() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4).poll(at(40), 4);
    sent(fixture, at(65));

    fixture.poll(nothingRead().at(at(70))).poll(nothingRead().at(at(100)));

    assertThat(sent(fixture, at(125)))
        .containsOnly(Map.entry("ipamdUp", 0.0), Map.entry("ipamdDownMinutes", 1.0));
  }

  @Test
  void increasesOfTheStartMinuteAreReportedInTheNextMinute() {
    Instant start = START.plusSeconds(20);
    BufferFixture fixture = BufferFixture.inMemory(start).poll(at(21), 4).poll(at(40), 6);

    assertThat(sent(fixture, at(65))).isEmpty();
    fixture.poll(at(70), 7).poll(at(100), 7);

    assertThat(sent(fixture, at(125))).containsEntry("ipamdErr", 3.0);
  }

  @Test
  void minuteStaysOpenDuringAPoll() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4);
    fixture.buffer.pollStarts(at(58));

    assertThat(fixture.buffer.closeEnded(at(62))).isFalse();
    assertThat(fixture.buffer.take(Receiver.CLOUDWATCH, at(62))).isEmpty();
    fixture.buffer.pollEnded();

    assertThat(fixture.buffer.closeEnded(at(63))).isTrue();
    assertThat(fixture.buffer.take(Receiver.CLOUDWATCH, at(63))).isPresent();
  }

  @Test
  void pollInASentMinuteCountsInTheNext() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4).poll(at(40), 5);
    fixture.buffer.closeOpenMinute();
    assertThat(sent(fixture, at(45))).containsEntry("ipamdErr", 1.0);

    fixture.poll(at(50), 8);
    assertThat(sent(fixture, at(65))).isEmpty();
    fixture.poll(at(70), 9);

    assertThat(sent(fixture, at(125))).containsEntry("ipamdErr", 4.0);
  }

  /** The second poll counts for CloudWatch in minute 1, and its total arrives with minute 1. */
  @Test
  void totalOfCarriedEventsArrivesByOtlpAlsoIfTheNextPollsFail() {
    BufferFixture fixture = BufferFixture.of(Set.of(Receiver.values()), directory, START);
    fixture.poll(at(10), 4).poll(at(40), 5).buffer.closeOpenMinute();
    fixture.poll(at(50), 8).poll(nothingRead().at(at(70))).buffer.closeEnded(at(125));

    List<Datum> totals = fixture.buffer.take(Receiver.OTLP, at(125)).orElseThrow().datums();

    assertThat(sentErrors(totals)).containsExactly(tuple(at(70), 8.0), tuple(at(40), 5.0));
    assertThat(sentErrors(fixture.take(at(125)).datums()))
        .containsExactly(tuple(minute(1), 3.0), tuple(minute(0), 1.0));
  }

  /** The increases of a dropped minute count again for CloudWatch. Totals already have them. */
  @Test
  void carriedIncreasesOfADroppedMinuteDoNotChangeATotal() {
    leaveAMinuteThreeDaysAhead();
    BufferFixture next = BufferFixture.of(Set.of(Receiver.values()), directory, at(70));
    next.poll(at(80), 10);
    next.buffer.take(Receiver.CLOUDWATCH, at(90));
    next.buffer.closeEnded(at(125));

    assertThat(sentErrors(next.buffer.take(Receiver.OTLP, at(125)).orElseThrow().datums()))
        .containsExactly(tuple(at(80), 10.0));
  }

  private static List<Tuple> sentErrors(List<Datum> datums) {
    return datums.stream()
        .filter(datum -> datum.metric().equals("ipamdErr"))
        .map(datum -> tuple(datum.at(), datum.value()))
        .toList();
  }

  @Test
  void clockStepBackMakesNoSecondDatumAndLosesNoIncrease() {
    BufferFixture fixture =
        BufferFixture.inMemory().poll(at(10), 4).poll(at(70), 5).poll(at(130), 6);
    fixture.poll(at(130 - 3600), 8).poll(at(190 - 3600), 11);

    assertThat(minutes(fixture, at(200 - 3600))).containsOnlyKeys(START, minute(1), minute(2));
    fixture.poll(at(190), 12);

    assertThat(sent(fixture, at(245))).containsEntry("ipamdErr", 6.0);
  }

  @Test
  void minutesOfAClockDaysAheadAreDropped() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4).poll(at(86_400 * 3), 5);
    fixture.poll(at(70), 6).poll(at(130), 7);

    Map<Instant, Map<String, Double>> minutes = minutes(fixture, at(190));

    assertThat(minutes).containsOnlyKeys(START, minute(1), minute(2));
    assertThat(fixture.events.dropped()).containsOnlyKeys(DropReason.FUTURE);
  }

  /** The clock of this agent is three days ahead. */
  private void leaveAMinuteThreeDaysAhead() {
    BufferFixture.in(directory, START)
        .poll(at(10), 4)
        .poll(at(86_400 * 3), 6)
        .poll(at(86_400 * 3 + 60), 9)
        .buffer
        .close();
  }

  @Test
  void increasesOfMinutesThatAreDroppedForTheirTimeCountInTheNextMinute() {
    leaveAMinuteThreeDaysAhead();

    BufferFixture next = BufferFixture.in(directory, at(70)).poll(at(80), 10);
    assertThat(sent(next, at(90))).doesNotContainKey("ipamdErr");
    assertThat(sent(next, at(125))).containsEntry("ipamdErr", 6.0).containsEntry("ipamdUp", 1.0);
  }

  @Test
  void increasesOfADroppedMinuteDoNotCountForOtherDimensions() {
    leaveAMinuteThreeDaysAhead();
    Destination staging = destination("Other", Map.of("CLUSTER_ID", "staging"));

    BufferFixture next = BufferFixture.in(directory, "i-1", staging, at(70)).poll(at(80), 10);
    sent(next, at(90));

    assertThat(sent(next, at(125))).containsEntry("ipamdErr", 1.0);
  }

  @Test
  void dayOfMinutesIsKeptAndTheOldestAreDroppedFirst() {
    BufferFixture fixture = BufferFixture.inMemory();
    for (int minute = 0; minute <= 1_500; minute++) {
      fixture.poll(at(60L * minute + 10), minute);
    }

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1_440);
    assertThat(fixture.buffer.depth().oldest()).hasValue(minute(60));
    assertThat(fixture.events.dropped()).containsOnlyKeys(DropReason.NO_ROOM);
  }

  @Test
  void minutesOlderThanTwoWeeksAreDropped() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4).poll(at(70), 5);

    assertThat(minutes(fixture, START.plus(Duration.ofDays(15)))).isEmpty();
    assertThat(fixture.events.dropped()).containsOnlyKeys(DropReason.TOO_OLD);
  }

  @Test
  void restartContinuesTheSameMinute() {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(20), 5).buffer.close();

    BufferFixture after = BufferFixture.in(directory, at(30)).poll(at(40), 9);

    assertThat(sent(after, at(65)))
        .containsEntry("ipamdErr", 5.0)
        .containsEntry("eniAllocated", 1.0);
  }

  @Test
  void startsOfTheAgentAreCountedWhileTheStateIsKept() {
    BufferFixture.in(directory, START).poll(at(10), 4).buffer.close();
    BufferFixture.in(directory, at(30)).buffer.close();
    BufferFixture third = BufferFixture.in(directory, at(40)).poll(at(50), 5);

    assertThat(third.buffer.history().starts()).isEqualTo(3);
    third.buffer.close();
    assertThat(BufferFixture.in(directory, "i-2", CLUSTER, at(80)).buffer.history().starts())
        .isEqualTo(1);
  }

  @Test
  void restartDoesNotSendASentMinuteAgain() {
    BufferFixture before = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(20), 5);
    before.buffer.closeOpenMinute();
    assertThat(sent(before, at(25))).containsEntry("ipamdErr", 1.0);
    before.buffer.close();

    BufferFixture after = BufferFixture.in(directory, at(30)).poll(at(40), 9);
    assertThat(sent(after, at(65))).isEmpty();
    after.poll(at(70), 10);

    assertThat(sent(after, at(125))).containsEntry("ipamdErr", 5.0);
  }

  @Test
  void restartKeepsPendingValuesWithoutTheSentOnes() {
    BufferFixture before =
        BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(130), 6);
    Batch batch = before.take(at(131));
    before.buffer.acknowledge(batch.halves().get(0));
    before.buffer.close();

    Batch rest = BufferFixture.in(directory, at(140)).take(at(141));

    assertThat(rest.datums()).containsExactlyElementsOf(batch.halves().get(1).datums());
  }

  @Test
  void restartOnAnotherInstanceDiscardsTheState() {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();

    BufferFixture other = BufferFixture.in(directory, "i-2", CLUSTER, at(80));

    assertThat(other.buffer.depth().minutes()).isZero();
    assertThat(other.buffer.history().totals()).isEmpty();
    assertThat(other.events.dropped()).containsExactly(entry(DropReason.DISCARDED, ofTwoMinutes()));
  }

  @Test
  void stateOfAnotherInstanceThatIsFoundLaterIsDiscarded() {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();
    BufferFixture other = BufferFixture.in(directory, "", CLUSTER, at(80));
    assertThat(other.buffer.depth().minutes()).isEqualTo(1);

    other.buffer.identify("i-2", Map.of());

    assertThat(other.buffer.depth().minutes()).isZero();
    assertThat(other.buffer.history().totals()).isEmpty();
    assertThat(other.events.dropped()).containsExactly(entry(DropReason.DISCARDED, ofTwoMinutes()));
  }

  /** The number of datums of polls at second 10 and 70. */
  private static int ofTwoMinutes() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4).poll(at(70), 5);
    fixture.buffer.closeOpenMinute();
    return fixture.take(at(80)).datums().size();
  }

  @Test
  void instanceThatIsFoundLaterDoesNotReportTheMinuteOfTheStart() {
    BufferFixture.in(directory, START).poll(at(10), 4).buffer.close();
    BufferFixture other = BufferFixture.in(directory, "", CLUSTER, at(80));

    other.buffer.identify("i-2", Map.of());
    other.poll(at(100), 5).poll(at(130), 6).buffer.closeEnded(at(200));

    assertThat(other.take(at(200)).datums().stream().map(Datum::at).distinct())
        .containsExactly(minute(2));
  }

  @Test
  void restartWithOtherSettingsSendsOldMinutesWithTheOldSettings() {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();
    Destination staging = destination("Other", Map.of("CLUSTER_ID", "staging"));

    BufferFixture after = BufferFixture.in(directory, "i-1", staging, at(80)).poll(at(130), 7);
    after.buffer.closeEnded(at(200));

    Batch first = after.take(at(200));
    Batch second = after.take(at(200));
    assertThat(first.namespace()).isEqualTo("Other");
    assertThat(first.datums())
        .allSatisfy(datum -> assertThat(datum.dimensions()).containsValue("staging"))
        .anySatisfy(
            datum -> {
              assertThat(datum.metric()).isEqualTo("ipamdErr");
              assertThat(datum.value()).isEqualTo(2);
            });
    assertThat(second.namespace()).isEqualTo("Kubernetes/CNI");
    assertThat(second.datums().stream().map(Datum::at).distinct())
        .containsExactlyInAnyOrder(START, minute(1));
  }

  @Test
  void unknownDimensionsAreFilledInWhenSending() {
    Destination unnamed = destination("Kubernetes/CNI", Map.of("CLUSTER_ID", ""));
    BufferFixture.in(directory, "", unnamed, START).poll(at(10), 4).poll(at(70), 5).buffer.close();
    BufferFixture after = BufferFixture.in(directory, "", unnamed, at(80));
    assertThat(after.buffer.take(Receiver.CLOUDWATCH, at(80))).isEmpty();

    after.buffer.identify("i-1", Map.of("CLUSTER_ID", "prod"));

    assertThat(after.take(at(81)).datums())
        .allSatisfy(datum -> assertThat(datum.dimensions()).containsEntry("CLUSTER_ID", "prod"));
  }

  @Test
  void subnetValueKeepsItsDimensionsAndIsSentWithTheRest() {
    Destination unnamed = destination("Kubernetes/CNI", Map.of("CLUSTER_ID", ""));
    BufferFixture before = BufferFixture.in(directory, "", unnamed, START).poll(at(10), 4);
    before.buffer.add(at(20), OF_SUBNET, MetricCatalog.samples(List.of(SUBNET)));
    before.poll(at(70), 5).buffer.close();
    BufferFixture after = BufferFixture.in(directory, "", unnamed, at(80));

    after.buffer.identify("i-1", Map.of("CLUSTER_ID", "prod"));

    List<Datum> datums = after.take(at(81)).datums();
    assertThat(datums)
        .filteredOn(datum -> datum.metric().equals("subnetFreeIPs"))
        .containsExactly(
            new Datum(
                "subnetFreeIPs",
                START,
                7,
                Unit.COUNT,
                Map.of("CLUSTER_ID", "prod", "SubnetId", "subnet-1")));
    assertThat(datums).hasSizeGreaterThan(1);
  }

  @Test
  void subnetValuesDoNotCountAgainstTheDayOfMinutes() {
    BufferFixture fixture = BufferFixture.inMemory();
    for (int minute = 0; minute < 1_440; minute++) {
      fixture.poll(at(60 * minute + 10), minute);
      fixture.buffer.add(at(60 * minute + 20), OF_SUBNET, MetricCatalog.samples(List.of(SUBNET)));
    }
    fixture.buffer.closeOpenMinute();

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1_440);
    assertThat(fixture.events.dropped()).isEmpty();
  }

  @Test
  void damagedLinesAreLostAndAllOtherLinesAreRead() throws IOException {
    BufferFixture.in(directory, START)
        .poll(at(10), 4)
        .poll(at(70), 5)
        .poll(at(130), 6)
        .buffer
        .close();
    Path file = directory.resolve("state");
    List<String> lines = Files.readAllLines(file);
    lines.set(1, lines.get(1).replace("eniAllocated", "eniAllocatex"));
    lines.add(2, "no line of ours");
    Files.write(file, lines);
    Files.writeString(file, "0000 {\"unfini", StandardOpenOption.APPEND);

    BufferFixture after = BufferFixture.in(directory, at(140));

    assertThat(after.buffer.depth().minutes()).isEqualTo(2);
    assertThat(after.buffer.history().totals()).isPresent();
  }

  @Test
  void fileOfRandomBytesIsIgnored() throws IOException {
    Files.write(directory.resolve("state"), new byte[100_000]);

    BufferFixture fixture = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
  }

  @Test
  void unusableDirectoryKeepsMinutesInMemory() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");

    BufferFixture fixture = BufferFixture.in(file, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(fixture.buffer.depth().minutes()).isEqualTo(1);
    fixture.buffer.sync();
    fixture.buffer.close();
  }

  @Test
  void directoryOfAnotherAgentIsNotTouched() {
    BufferFixture first = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    BufferFixture second = BufferFixture.in(directory, at(80)).poll(at(90), 4).poll(at(130), 5);

    assertThat(second.buffer.history().totals()).isPresent();
    first.buffer.close();
    assertThat(BufferFixture.in(directory, at(140)).buffer.depth().minutes()).isEqualTo(1);
  }

  @Test
  void directoryThatBecomesWritableIsUsedFromThenOn() throws IOException {
    Path place = Files.createFile(directory.resolve("state-dir"));
    BufferFixture fixture = BufferFixture.in(place, START).poll(at(10), 4).poll(at(20), 5);
    fixture.buffer.sync();
    Files.delete(place);
    fixture.buffer.sync();
    fixture.poll(at(30), 6).buffer.close();

    BufferFixture after = BufferFixture.in(place, at(40)).poll(at(50), 9);

    assertThat(sent(after, at(65))).containsEntry("ipamdErr", 5.0);
  }

  @Test
  void lateDirectoryAddsItsMinutesButNotItsCounters() {
    BufferFixture first =
        BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(80), 6);
    BufferFixture second = BufferFixture.in(directory, at(90)).poll(at(100), 6);
    first.buffer.close();
    second.buffer.sync();
    second.poll(at(130), 8).buffer.close();

    BufferFixture third = BufferFixture.in(directory, at(140)).poll(at(150), 9);
    third.buffer.closeOpenMinute();
    List<Datum> datums = third.take(at(181)).datums();

    assertThat(datums)
        .filteredOn(datum -> datum.metric().equals("ipamdErr"))
        .extracting(Datum::at, Datum::value)
        .containsExactly(tuple(at(120), 3.0), tuple(at(60), 2.0));
    assertThat(datums)
        .filteredOn(datum -> datum.metric().equals("eniAllocated"))
        .extracting(Datum::at)
        .containsExactly(at(120), at(60), at(0));
  }

  /** The first agent closes minute 0, and then reads an event whose poll began in minute 0. */
  @Test
  void lateDirectoryAddsTheEventsThatItCarriesToTheNextMinute() {
    BufferFixture first = BufferFixture.in(directory, START.minusSeconds(70)).poll(at(10), 4);
    first.buffer.closeOpenMinute();
    first.poll(at(20), 7);
    BufferFixture second = BufferFixture.in(directory, at(90));
    first.buffer.close();
    second.buffer.sync();
    second.poll(at(130), 8).buffer.closeOpenMinute();

    assertThat(second.take(at(181)).datums())
        .filteredOn(datum -> datum.metric().equals("ipamdErr"))
        .extracting(Datum::at, Datum::value)
        .contains(tuple(at(120), 3.0));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void unreadableStateIsKeptAndSentWhenItBecomesReadable() throws IOException {
    BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5).buffer.close();
    Path state = directory.resolve("state");
    Path kept = Files.move(state, directory.resolve("kept"));
    // This file can be opened, but reading the first byte fails.
    Files.createSymbolicLink(state, Path.of("/proc/self/mem"));

    BufferFixture fixture = BufferFixture.in(directory, at(80)).poll(at(90), 6);
    fixture.buffer.sync();
    assertThat(state).isSymbolicLink();
    assertThat(fixture.buffer.depth().minutes()).isZero();

    Files.move(kept, state, StandardCopyOption.REPLACE_EXISTING);
    fixture.buffer.sync();
    assertThat(fixture.buffer.depth().minutes()).isEqualTo(2);
    fixture.buffer.close();
    assertThat(BufferFixture.in(directory, at(100)).buffer.depth().minutes()).isEqualTo(2);
  }

  @Test
  void minuteThatBothAgentsHaveIsSentOnce() {
    BufferFixture first = BufferFixture.in(directory, START).poll(at(10), 4);
    BufferFixture second = BufferFixture.in(directory, at(20)).poll(at(30), 4).poll(at(70), 5);
    first.poll(at(80), 5).poll(at(130), 5).buffer.close();
    second.poll(at(130), 5).buffer.sync();

    assertThat(second.take(at(140)).datums())
        .filteredOn(datum -> datum.metric().equals("eniAllocated"))
        .extracting(Datum::at)
        .containsExactly(at(60), at(0));
  }

  @Test
  void lateDirectoryOfAnotherInstanceIsDiscarded() {
    BufferFixture first = BufferFixture.in(directory, START).poll(at(10), 4).poll(at(70), 5);
    BufferFixture second = BufferFixture.in(directory, "i-2", CLUSTER, at(90));
    first.buffer.close();
    try (RecordedLog log = new RecordedLog(MetricBuffer.class.getName())) {
      second.buffer.sync();

      assertThat(log.lines())
          .singleElement()
          .asString()
          .contains("belongs to another instance", "this=i-2 minutes=2 datums=" + ofTwoMinutes());
    }
    assertThat(second.buffer.depth().minutes()).isZero();
    assertThat(second.events.dropped())
        .containsExactly(entry(DropReason.DISCARDED, ofTwoMinutes()));
  }

  @ParameterizedTest
  @EnumSource(Receiver.class)
  void storedMinutesOfAReceiverThatIsOffAreDiscardedWithAWarning(Receiver receiver) {
    Set<Receiver> before = Set.of(receiver);
    BufferFixture first = BufferFixture.of(before, directory, START).poll(at(10), 4);
    first.poll(at(70), 5);
    int datums = first.buffer.take(receiver, at(80)).orElseThrow().datums().size();
    first.buffer.close();

    try (RecordedLog log = new RecordedLog(StoredBuffer.class.getName())) {
      BufferFixture second = BufferFixture.of(Set.of(), directory, at(80));
      second.buffer.close();

      assertThat(second.buffer.depth().minutes()).isZero();
      assertThat(log.lines())
          .contains(
              "WARN the agent does not send to %s any more and discards the stored minutes:"
                      .formatted(receiver.label())
                  + " minutes=1 datums="
                  + datums);
      assertThat(second.events.dropped()).containsExactly(entry(DropReason.DISCARDED, datums));
    }
    assertThat(BufferFixture.of(before, directory, at(90)).buffer.depth().minutes()).isZero();
  }

  @Test
  void bufferWithoutReceiversKeepsNoMinutes() {
    BufferFixture fixture = BufferFixture.of(Set.of(), directory, START);
    fixture.poll(at(10), 4).poll(at(70), 5).poll(at(130), 6);
    fixture.buffer.addUrgent(at(140), MetricCatalog.samples(List.of(SUBNET)));
    fixture.buffer.add(at(140), OF_SUBNET, MetricCatalog.samples(List.of(SUBNET)));

    assertThat(fixture.buffer.depth().minutes()).isZero();
    assertThat(fixture.reports).as("minutes with their alerts").hasSize(2);
  }

  @Test
  void fileStaysSmallOverADay() throws IOException {
    BufferFixture fixture = BufferFixture.in(directory, START);
    for (int minute = 0; minute < 1_440; minute++) {
      fixture.poll(at(60L * minute + 10), minute).poll(at(60L * minute + 40), minute);
      fixture
          .buffer
          .take(Receiver.CLOUDWATCH, at(60L * minute + 41))
          .ifPresent(fixture.buffer::acknowledge);
    }

    assertThat(Files.size(directory.resolve("state"))).isLessThan(1_200_000);
    fixture.buffer.close();
    assertThat(BufferFixture.in(directory, at(86_400)).buffer.depth().minutes()).isZero();
  }

  @Test
  void alertIsReportedAtItsStartAndItsEnd() {
    BufferFixture fixture =
        BufferFixture.inMemory().poll(at(10), 4).poll(at(70), 4).poll(at(130), 6);
    fixture.poll(at(190), 9).poll(at(250), 9).poll(at(310), 9);

    assertThat(fixture.reports)
        .extracting(
            report -> report.raised().stream().map(MinuteValue::metric).toList(),
            report -> report.cleared().stream().map(MinuteValue::metric).toList())
        .containsExactly(
            tuple(List.of(), List.of()),
            tuple(List.of(), List.of()),
            tuple(List.of("ipamdErr"), List.of()),
            tuple(List.of(), List.of()),
            tuple(List.of(), List.of("ipamdErr")));
  }

  @Test
  void alertOfAMetricThatIsNotSentIsReported() {
    BufferFixture fixture = BufferFixture.inMemory();
    fixture.sent = metric -> metric.equals(MetricCatalog.ENI_ALLOCATED);
    fixture.poll(at(10), 4).poll(at(70), 6).poll(at(130), 6);

    assertThat(fixture.reports)
        .last()
        .extracting(report -> report.raised().get(0).metric())
        .isEqualTo("ipamdErr");
    assertThat(fixture.take(at(130)).datums())
        .extracting(MetricSink.Datum::metric)
        .containsOnly("eniAllocated");
    assertThat(fixture.buffer.urgentMinute(Receiver.CLOUDWATCH)).isEmpty();
  }

  @Test
  void harmlessPartOfAValueNeitherRaisesAnAlertNorSendsEarly() {
    BufferFixture fixture = BufferFixture.inMemory();
    fixture.harmless = 2;
    fixture.poll(at(10), 4).poll(at(70), 6).poll(at(130), 6);

    assertThat(fixture.reports).allMatch(report -> report.raised().isEmpty());
    assertThat(fixture.buffer.urgentMinute(Receiver.CLOUDWATCH)).isEmpty();

    fixture.poll(at(190), 9).poll(at(250), 9);
    assertThat(fixture.reports).last().matches(report -> report.raised().size() == 1);
    assertThat(fixture.buffer.urgentMinute(Receiver.CLOUDWATCH)).hasValue(at(180));
  }

  @Test
  void minuteThatIsClosedEarlyClearsNoAlert() {
    BufferFixture fixture =
        BufferFixture.inMemory().poll(at(70), 4).poll(at(130), 6).poll(at(190), 6);

    fixture.buffer.closeOpenMinute();

    assertThat(fixture.reports).last().matches(report -> report.minute().equals(at(180)));
    assertThat(fixture.reports).allMatch(report -> report.cleared().isEmpty());
  }

  @Test
  void pollWithAnOldHistoryIsIgnored() {
    BufferFixture fixture = BufferFixture.inMemory().poll(at(10), 4);
    SamplerState stale = fixture.buffer.history();
    fixture.poll(at(20), 6);

    fixture.buffer.polled(
        at(30),
        stale,
        new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START)
            .read(good(9).at(at(30)).build(), stale));
    fixture.poll(at(40), 9);

    assertThat(sent(fixture, at(65))).containsEntry("ipamdErr", 5.0);
  }

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  /** The values of the only minute that is due. */
  private static Map<String, Double> sent(BufferFixture fixture, Instant now) {
    Map<Instant, Map<String, Double>> minutes = minutes(fixture, now);
    assertThat(minutes).hasSizeLessThan(2);
    return minutes.values().stream().findFirst().orElse(Map.of());
  }

  private static Map<Instant, Map<String, Double>> minutes(BufferFixture fixture, Instant now) {
    fixture.buffer.closeEnded(now);
    Map<Instant, Map<String, Double>> minutes = new HashMap<>();
    Optional<Batch> batch = fixture.buffer.take(Receiver.CLOUDWATCH, now);
    batch.ifPresent(
        taken -> {
          for (Datum datum : taken.datums()) {
            Double before =
                minutes
                    .computeIfAbsent(datum.at(), at -> new HashMap<>())
                    .put(datum.metric(), datum.value());
            assertThat(before).as("a second datum of %s", datum).isNull();
          }
          fixture.buffer.acknowledge(taken);
          fixture.buffer.release(taken);
        });
    return minutes;
  }
}
