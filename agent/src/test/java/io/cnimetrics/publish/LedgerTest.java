package io.cnimetrics.publish;

import static io.cnimetrics.publish.Books.CLUSTER;
import static io.cnimetrics.publish.Books.MINUTE;
import static io.cnimetrics.publish.Books.destination;
import static io.cnimetrics.publish.Books.good;
import static io.cnimetrics.testing.Snapshots.START;
import static io.cnimetrics.testing.Snapshots.nothingRead;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.History;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.catalog.Unit;
import io.cnimetrics.snapshot.Subnet;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
  private static final Map<String, String> OF_SUBNET =
      Map.of("CLUSTER_ID", "", "SubnetId", "subnet-1");
  private static final Subnet SUBNET = new Subnet("subnet-1", 7, 244);

  @TempDir Path directory;

  @Test
  void minuteHasTheLastGaugeAndTheSumOfIncreases() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(20), 7).poll(at(40), 9);
    books.poll(nothingRead().at(at(50)));

    Map<String, Double> minute = sent(books, at(65));

    assertThat(minute)
        .containsEntry("eniAllocated", 1.0)
        .containsEntry("ipamdErr", 5.0)
        .containsEntry("ipamdUp", 1.0);
  }

  @Test
  void sourceThatFailedInEveryPollLeavesItsMetricsOut() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(40), 4);
    sent(books, at(65));

    books.poll(nothingRead().at(at(70))).poll(nothingRead().at(at(100)));

    assertThat(sent(books, at(125)))
        .containsOnly(Map.entry("ipamdUp", 0.0), Map.entry("ipamdDownMinutes", 1.0));
  }

  @Test
  void minuteOfTheStartIsNotReportedButItsIncreasesAre() {
    Instant start = START.plusSeconds(20);
    Books books = Books.inMemory(start).poll(at(21), 4).poll(at(40), 6);

    assertThat(sent(books, at(65))).isEmpty();
    books.poll(at(70), 7).poll(at(100), 7);

    assertThat(sent(books, at(125))).containsEntry("ipamdErr", 3.0);
  }

  @Test
  void minuteStaysOpenWhileAPollOfItIsUnderWay() {
    Books books = Books.inMemory().poll(at(10), 4);
    books.ledger.pollStarts(at(58));

    assertThat(books.ledger.closeEnded(at(62))).isFalse();
    assertThat(books.ledger.take(at(62))).isEmpty();
    books.ledger.pollEnded();

    assertThat(books.ledger.closeEnded(at(63))).isTrue();
    assertThat(books.ledger.take(at(63))).isPresent();
  }

  @Test
  void pollOfAMinuteThatWasSentCountsInTheNext() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(40), 5);
    books.ledger.closeOpenMinute();
    assertThat(sent(books, at(45))).containsEntry("ipamdErr", 1.0);

    books.poll(at(50), 8);
    assertThat(sent(books, at(65))).isEmpty();
    books.poll(at(70), 9);

    assertThat(sent(books, at(125))).containsEntry("ipamdErr", 4.0);
  }

  @Test
  void clockThatJumpsBackMakesNoSecondDatumAndLosesNoIncrease() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(70), 5).poll(at(130), 6);
    books.poll(at(130 - 3600), 8).poll(at(190 - 3600), 11);

    assertThat(minutes(books, at(200 - 3600)))
        .containsOnlyKeys(START, START.plus(MINUTE), START.plus(MINUTE.multipliedBy(2)));
    books.poll(at(190), 12);

    assertThat(sent(books, at(245))).containsEntry("ipamdErr", 6.0);
  }

  @Test
  void clockThatWasDaysAheadIsForgotten() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(86_400 * 3), 5);
    books.poll(at(70), 6).poll(at(130), 7);

    Map<Instant, Map<String, Double>> minutes = minutes(books, at(190));

    assertThat(minutes)
        .containsOnlyKeys(START, START.plus(MINUTE), START.plus(MINUTE.multipliedBy(2)));
    assertThat(books.drops.dropped).containsOnlyKeys(DropReason.FUTURE);
  }

  @Test
  void dayWithoutCloudWatchIsKeptAndTheOldestGoesFirst() {
    Books books = Books.inMemory();
    for (int minute = 0; minute <= 1_500; minute++) {
      books.poll(at(60L * minute + 10), minute);
    }

    assertThat(books.ledger.depth().minutes()).isEqualTo(1_440);
    assertThat(books.ledger.depth().oldest()).hasValue(START.plus(MINUTE.multipliedBy(60)));
    assertThat(books.drops.dropped).containsOnlyKeys(DropReason.NO_ROOM);
  }

  @Test
  void minutesOlderThanTwoWeeksAreGivenUp() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(70), 5);

    assertThat(minutes(books, START.plus(Duration.ofDays(15)))).isEmpty();
    assertThat(books.drops.dropped).containsOnlyKeys(DropReason.TOO_OLD);
  }

  @Test
  void restartGoesOnInTheSameMinute() {
    Books.in(directory, START).poll(at(10), 4).poll(at(20), 5).ledger.close();

    Books after = Books.in(directory, at(30)).poll(at(40), 9);

    assertThat(sent(after, at(65)))
        .containsEntry("ipamdErr", 5.0)
        .containsEntry("eniAllocated", 1.0);
  }

  @Test
  void restartAfterTheMinuteWasSentSendsItNotAgain() {
    Books before = Books.in(directory, START).poll(at(10), 4).poll(at(20), 5);
    before.ledger.closeOpenMinute();
    assertThat(sent(before, at(25))).containsEntry("ipamdErr", 1.0);
    before.ledger.close();

    Books after = Books.in(directory, at(30)).poll(at(40), 9);
    assertThat(sent(after, at(65))).isEmpty();
    after.poll(at(70), 10);

    assertThat(sent(after, at(125))).containsEntry("ipamdErr", 5.0);
  }

  @Test
  void restartKeepsWhatWaitsAndWhatOfItIsSettled() {
    Books before = Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(130), 6);
    Batch batch = before.ledger.take(at(131)).orElseThrow();
    before.ledger.sent(batch.halves().get(0));
    before.ledger.close();

    Batch rest = Books.in(directory, at(140)).ledger.take(at(141)).orElseThrow();

    assertThat(rest.datums()).containsExactlyElementsOf(batch.halves().get(1).datums());
  }

  @Test
  void minutesThatWereKeptShareWhatIsEqual() {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(130), 6).ledger.close();

    Batch batch = Books.in(directory, at(140)).ledger.take(at(140)).orElseThrow();

    WaitingMinute newest = batch.entries().get(0).of();
    WaitingMinute oldest = batch.entries().get(batch.entries().size() - 1).of();
    assertThat(newest).isNotEqualTo(oldest);
    assertThat(newest.destination()).isSameAs(oldest.destination());
  }

  @Test
  void restartOnAnotherInstanceForgets() {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).ledger.close();

    Books other = Books.in(directory, "i-2", CLUSTER, at(80));

    assertThat(other.ledger.depth().minutes()).isZero();
    assertThat(other.ledger.history().totals()).isEmpty();
  }

  @Test
  void instanceThatIsLearntLaterForgetsToo() {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).ledger.close();
    Books other = Books.in(directory, "", CLUSTER, at(80));
    assertThat(other.ledger.depth().minutes()).isEqualTo(1);

    other.ledger.know("i-2", Map.of());

    assertThat(other.ledger.depth().minutes()).isZero();
    assertThat(other.ledger.history().totals()).isEmpty();
  }

  @Test
  void instanceThatIsLearntLaterDoesNotReportTheMinuteOfTheStart() {
    Books.in(directory, START).poll(at(10), 4).ledger.close();
    Books other = Books.in(directory, "", CLUSTER, at(80));

    other.ledger.know("i-2", Map.of());
    other.poll(at(100), 5).poll(at(130), 6).ledger.closeEnded(at(200));

    assertThat(other.ledger.take(at(200)).orElseThrow().datums().stream().map(Datum::at).distinct())
        .containsExactly(START.plus(MINUTE.multipliedBy(2)));
  }

  @Test
  void restartUnderOtherSettingsSendsTheOldMinutesUnderTheOld() {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).ledger.close();
    Destination staging = destination("Other", Map.of("CLUSTER_ID", "staging"));

    Books after = Books.in(directory, "i-1", staging, at(80)).poll(at(130), 7);
    after.ledger.closeEnded(at(200));

    Batch first = after.ledger.take(at(200)).orElseThrow();
    Batch second = after.ledger.take(at(200)).orElseThrow();
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
        .containsExactlyInAnyOrder(START, START.plus(MINUTE));
  }

  @Test
  void namesThatAreNotKnownYetAreFilledInWhenSending() {
    Destination unnamed = destination("Kubernetes/CNI", Map.of("CLUSTER_ID", ""));
    Books.in(directory, "", unnamed, START).poll(at(10), 4).poll(at(70), 5).ledger.close();
    Books after = Books.in(directory, "", unnamed, at(80));
    assertThat(after.ledger.take(at(80))).isEmpty();

    after.ledger.know("i-1", Map.of("CLUSTER_ID", "prod"));

    assertThat(after.ledger.take(at(81)).orElseThrow().datums())
        .allSatisfy(datum -> assertThat(datum.dimensions()).containsEntry("CLUSTER_ID", "prod"));
  }

  @Test
  void valueOfASubnetIsKeptUnderDimensionsOfItsOwnAndGoesOutWithTheRest() {
    Destination unnamed = destination("Kubernetes/CNI", Map.of("CLUSTER_ID", ""));
    Books before = Books.in(directory, "", unnamed, START).poll(at(10), 4);
    before.ledger.apart(at(20), OF_SUBNET, MetricCatalog.samples(List.of(SUBNET)));
    before.poll(at(70), 5).ledger.close();
    Books after = Books.in(directory, "", unnamed, at(80));

    after.ledger.know("i-1", Map.of("CLUSTER_ID", "prod"));

    List<Datum> datums = after.ledger.take(at(81)).orElseThrow().datums();
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
  void valuesOfSubnetsTakeNoMinuteFromTheDayThatMayWait() {
    Books books = Books.inMemory();
    for (int minute = 0; minute < 1_440; minute++) {
      books.poll(at(60 * minute + 10), minute);
      books.ledger.apart(at(60 * minute + 20), OF_SUBNET, MetricCatalog.samples(List.of(SUBNET)));
    }
    books.ledger.closeOpenMinute();

    assertThat(books.ledger.depth().minutes()).isEqualTo(1_440);
    assertThat(books.drops.dropped).isEmpty();
  }

  @Test
  void damagedLinesCostNoMoreThanThemselves() throws IOException {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(130), 6).ledger.close();
    Path file = directory.resolve("state");
    List<String> lines = Files.readAllLines(file);
    lines.set(1, lines.get(1).replace("eniAllocated", "eniAllocatex"));
    lines.add(2, "no line of ours");
    Files.write(file, lines);
    Files.writeString(file, "0000 {\"unfini", StandardOpenOption.APPEND);

    Books after = Books.in(directory, at(140));

    assertThat(after.ledger.depth().minutes()).isEqualTo(2);
    assertThat(after.ledger.history().totals()).isPresent();
  }

  @Test
  void fileOfNoiseIsNoStateAndStopsNobody() throws IOException {
    Files.write(directory.resolve("state"), new byte[100_000]);

    Books books = Books.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(books.ledger.depth().minutes()).isEqualTo(1);
  }

  @Test
  void directoryThatIsNoneIsMemory() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "x");

    Books books = Books.in(file, START).poll(at(10), 4).poll(at(70), 5);

    assertThat(books.ledger.depth().minutes()).isEqualTo(1);
    books.ledger.sync();
    books.ledger.close();
  }

  @Test
  void directoryOfAnotherAgentIsLeftAlone() {
    Books first = Books.in(directory, START).poll(at(10), 4).poll(at(70), 5);

    Books second = Books.in(directory, at(80)).poll(at(90), 4).poll(at(130), 5);

    assertThat(second.ledger.history().totals()).isPresent();
    first.ledger.close();
    assertThat(Books.in(directory, at(140)).ledger.depth().minutes()).isEqualTo(1);
  }

  @Test
  void directoryThatCanBeWrittenLaterIsUsedFromThenOn() throws IOException {
    Path place = Files.createFile(directory.resolve("state-dir"));
    Books books = Books.in(place, START).poll(at(10), 4).poll(at(20), 5);
    books.ledger.sync();
    Files.delete(place);
    books.ledger.sync();
    books.poll(at(30), 6).ledger.close();

    Books after = Books.in(place, at(40)).poll(at(50), 9);

    assertThat(sent(after, at(65))).containsEntry("ipamdErr", 5.0);
  }

  @Test
  void whatWaitsInADirectoryThatIsFreeLaterIsSentAndCountersGoOnWithoutIt() {
    Books first = Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).poll(at(80), 6);
    Books second = Books.in(directory, at(90)).poll(at(100), 6);
    first.ledger.close();
    second.ledger.sync();
    second.poll(at(130), 8).ledger.close();

    Books third = Books.in(directory, at(140)).poll(at(150), 9);
    third.ledger.closeOpenMinute();
    List<Datum> datums = third.ledger.take(at(181)).orElseThrow().datums();

    assertThat(datums)
        .filteredOn(datum -> datum.metric().equals("ipamdErr"))
        .extracting(Datum::at, Datum::value)
        .containsExactly(tuple(at(120), 3.0));
    assertThat(datums)
        .filteredOn(datum -> datum.metric().equals("eniAllocated"))
        .extracting(Datum::at)
        .containsExactly(at(120), at(0));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void stateThatCannotBeReadIsNotReplacedAndSentWhenItCan() throws IOException {
    Books.in(directory, START).poll(at(10), 4).poll(at(70), 5).ledger.close();
    Path state = directory.resolve("state");
    Path kept = Files.move(state, directory.resolve("kept"));
    // It opens, but its first byte is an error.
    Files.createSymbolicLink(state, Path.of("/proc/self/mem"));

    Books books = Books.in(directory, at(80)).poll(at(90), 6);
    books.ledger.sync();
    assertThat(state).isSymbolicLink();
    assertThat(books.ledger.depth().minutes()).isZero();

    Files.move(kept, state, StandardCopyOption.REPLACE_EXISTING);
    books.ledger.sync();
    assertThat(books.ledger.depth().minutes()).isEqualTo(1);
    books.ledger.close();
    assertThat(Books.in(directory, at(100)).ledger.depth().minutes()).isEqualTo(1);
  }

  @Test
  void minuteThatBothAgentsHaveIsTakenFromOne() {
    Books first = Books.in(directory, START).poll(at(10), 4);
    Books second = Books.in(directory, at(20)).poll(at(30), 4).poll(at(70), 5);
    first.poll(at(80), 5).poll(at(130), 5).ledger.close();
    second.poll(at(130), 5).ledger.sync();

    assertThat(second.ledger.take(at(140)).orElseThrow().datums())
        .filteredOn(datum -> datum.metric().equals("eniAllocated"))
        .extracting(Datum::at)
        .containsExactly(at(60), at(0));
  }

  @Test
  void whatWaitsOfAnotherInstanceInADirectoryThatIsFreeLaterIsForgotten() {
    Books first = Books.in(directory, START).poll(at(10), 4).poll(at(70), 5);
    Books second = Books.in(directory, "i-2", CLUSTER, at(90));
    first.ledger.close();
    second.ledger.sync();

    assertThat(second.ledger.depth().minutes()).isZero();
  }

  @Test
  void fileStaysSmallOverADay() throws IOException {
    Books books = Books.in(directory, START);
    for (int minute = 0; minute < 1_440; minute++) {
      books.poll(at(60L * minute + 10), minute).poll(at(60L * minute + 40), minute);
      books.ledger.take(at(60L * minute + 41)).ifPresent(books.ledger::sent);
    }

    assertThat(Files.size(directory.resolve("state"))).isLessThan(1_200_000);
    books.ledger.close();
    assertThat(Books.in(directory, at(86_400)).ledger.depth().minutes()).isZero();
  }

  @Test
  void troubleIsReportedWhenItBeginsAndEnds() {
    Books books = Books.inMemory().poll(at(10), 4).poll(at(70), 4).poll(at(130), 6);
    books.poll(at(190), 9).poll(at(250), 9).poll(at(310), 9);

    assertThat(books.reports)
        .extracting(
            report -> report.begun().stream().map(MinuteValue::metric).toList(),
            report -> report.ended().stream().map(MinuteValue::metric).toList())
        .containsExactly(
            tuple(List.of(), List.of()),
            tuple(List.of(), List.of()),
            tuple(List.of("ipamdErr"), List.of()),
            tuple(List.of(), List.of()),
            tuple(List.of(), List.of("ipamdErr")));
  }

  @Test
  void minuteThatIsCutShortEndsNoTrouble() {
    Books books = Books.inMemory().poll(at(70), 4).poll(at(130), 6).poll(at(190), 6);

    books.ledger.closeOpenMinute();

    assertThat(books.reports).last().matches(report -> report.minute().equals(at(180)));
    assertThat(books.reports).allMatch(report -> report.ended().isEmpty());
  }

  @Test
  void historyOfOtherBooksIsVoid() {
    Books books = Books.inMemory().poll(at(10), 4);
    History stale = books.ledger.history();
    books.poll(at(20), 6);

    books.ledger.polled(
        at(30),
        stale,
        new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START)
            .read(good(9).at(at(30)).build(), stale));
    books.poll(at(40), 9);

    assertThat(sent(books, at(65))).containsEntry("ipamdErr", 5.0);
  }

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  /** The values of the only minute that is to be sent. */
  private static Map<String, Double> sent(Books books, Instant now) {
    Map<Instant, Map<String, Double>> minutes = minutes(books, now);
    assertThat(minutes).hasSizeLessThan(2);
    return minutes.values().stream().findFirst().orElse(Map.of());
  }

  private static Map<Instant, Map<String, Double>> minutes(Books books, Instant now) {
    books.ledger.closeEnded(now);
    Map<Instant, Map<String, Double>> minutes = new HashMap<>();
    Optional<Batch> batch = books.ledger.take(now);
    batch.ifPresent(
        taken -> {
          for (Datum datum : taken.datums()) {
            Double before =
                minutes
                    .computeIfAbsent(datum.at(), at -> new HashMap<>())
                    .put(datum.metric(), datum.value());
            assertThat(before).as("a second datum of %s", datum).isNull();
          }
          books.ledger.sent(taken);
          books.ledger.giveBack(taken);
        });
    return minutes;
  }
}
