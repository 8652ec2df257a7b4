package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.agent.Cluster.Arrival;
import io.cnimetrics.agent.Cluster.Fate;
import io.cnimetrics.testing.Laws;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * For each minute, CloudWatch's Sum over the nodes of a cluster is correct, and the SampleCount is
 * the number of nodes. No event is lost or counted twice.
 */
class SumLawTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir Path directory;

  private final Cluster cluster = new Cluster();

  @Test
  void threeNodesOverTenMinutesWithRestarts() {
    ModelNode first = cluster.add("ip-10-0-1-1", state("1"), MINUTE);
    ModelNode second = cluster.add("ip-10-0-1-2", state("2"), MINUTE);
    ModelNode third = cluster.add("ip-10-0-1-3", state("3"), MINUTE);
    cluster.pass(MINUTE.multipliedBy(3));
    second.ipamd.restart();
    cluster.pass(MINUTE.multipliedBy(2).plusSeconds(13));
    third.stop();
    cluster.pass(Duration.ofSeconds(11));
    cluster.start(third);
    cluster.pass(MINUTE);
    cluster.kill(first);
    cluster.pass(Duration.ofSeconds(9));
    cluster.start(first);
    cluster.pass(MINUTE.multipliedBy(5));

    Instant firstFull = Instant.parse("2026-11-21T10:01:00Z");
    for (int minute = 0; minute < 10; minute++) {
      Instant at = firstFull.plus(MINUTE.multipliedBy(minute));
      Map<String, Double> count = new HashMap<>(cluster.sampleCounts(at));
      count.remove("agentStarts");
      assertThat(count).as("%s", at).containsEntry("ipamdErr", 3.0).containsEntry("ipamdUp", 3.0);
      assertThat(count.values()).as("%s: %s", at, count).allMatch(samples -> samples <= 3);
      Map<String, Double> sum = cluster.sums(at);
      assertThat(sum).containsEntry("ipamdUp", 3.0).containsEntry("eniAllocated", 3.0);
      assertThat(sum.get("assignIPAddresses")).isIn(possibleSums(at.getEpochSecond() / 60));
    }
    assertThat(Stream.of(first, second, third)).allSatisfy(this::assertAllErrorsArrived);
    assertThat(sumOf("ipamdRestarts")).isEqualTo(1);
    assertThat(sumOf("agentStarts")).isEqualTo(5);
  }

  /**
   * All sums with one successful poll of each node. If an agent stopped early, its last value is
   * from an earlier poll.
   */
  private Set<Double> possibleSums(long minute) {
    Set<Double> sums = Set.of(0.0);
    for (ModelNode node : cluster.nodes) {
      Set<Double> more = new HashSet<>();
      for (ModelIpamd.Answer answer : node.ipamd.answers()) {
        if (answer.minute() == minute) {
          sums.forEach(sum -> more.add(sum + answer.assigned()));
        }
      }
      sums = more;
    }
    return sums;
  }

  @Test
  void minuteHasTheLastPollOfEachNode() {
    for (int node = 0; node < 20; node++) {
      cluster.add("node-" + node, Optional.empty(), MINUTE);
    }
    cluster.pass(MINUTE.multipliedBy(10));

    for (int minute = 1; minute <= 8; minute++) {
      Instant at = Instant.parse("2026-11-21T10:00:00Z").plus(MINUTE.multipliedBy(minute));
      double assigned =
          cluster.nodes.stream()
              .mapToDouble(node -> lastAnswer(node, at.getEpochSecond() / 60).assigned())
              .sum();
      assertThat(cluster.sums(at)).containsEntry("assignIPAddresses", assigned);
      assertThat(cluster.sampleCounts(at)).containsEntry("assignIPAddresses", 20.0);
    }
  }

  private static ModelIpamd.Answer lastAnswer(ModelNode node, long minute) {
    return node.ipamd.answers().stream()
        .filter(answer -> answer.minute() == minute)
        .reduce((earlier, later) -> later)
        .orElseThrow();
  }

  @Test
  void replacementWithoutStateDoublesNothingAndLosesAtMostOneMinute() {
    ModelNode node = cluster.add("node", Optional.empty(), MINUTE);
    cluster.pass(MINUTE.multipliedBy(3).plusSeconds(20));
    node.stop();
    cluster.pass(Duration.ofSeconds(30));
    cluster.start(node);
    cluster.pass(MINUTE.multipliedBy(4));

    assertNothingTwice();
    assertThat(
            Stream.iterate(Instant.parse("2026-11-21T10:01:00Z"), at -> at.plus(MINUTE))
                .limit(6)
                .filter(at -> !cluster.sampleCounts(at).containsKey("ipamdUp")))
        .containsExactly(Instant.parse("2026-11-21T10:04:00Z"));
  }

  @Test
  void clockStepsMakeNoSecondDatumAndLoseNoError() {
    for (long hours : new long[] {1, -1, 1, -1}) {
      ModelNode node =
          cluster.nodes.isEmpty() ? cluster.add("node", state("n"), MINUTE) : cluster.nodes.get(0);
      cluster.pass(MINUTE.multipliedBy(7).plusSeconds(17));
      int polls = node.ipamd.answers().size();
      cluster.step(Duration.ofHours(hours));
      cluster.pass(MINUTE.multipliedBy(2));
      assertThat(node.ipamd.answers().size() - polls).as("polls in two minutes").isBetween(3, 6);
    }
    cluster.pass(Duration.ofHours(2));

    assertNothingTwice();
    assertAllErrorsArrived(cluster.nodes.get(0));
    assertThat(cluster.arrivals).allMatch(arrival -> arrival.datum().value() >= 0);
  }

  @ParameterizedTest
  @ValueSource(longs = {3, -3, 72, -72, 9_000, -9_000, 200_000, -200_000})
  void clockThatIsFarOffForMinutesLosesNoError(long hours) {
    for (boolean restarts : new boolean[] {false, true}) {
      ModelNode node = restarts ? cluster.nodes.get(0) : cluster.add("node", state("n"), MINUTE);
      cluster.pass(MINUTE.multipliedBy(5).plusSeconds(17));
      cluster.requests(() -> Fate.AWAY);
      cluster.pass(MINUTE.multipliedBy(3));
      cluster.requests(() -> Fate.TAKEN);

      cluster.step(Duration.ofHours(hours));
      if (restarts) {
        cluster.kill(node);
        cluster.start(node);
      }
      cluster.pass(MINUTE.multipliedBy(5).plusSeconds(40));
      cluster.step(Duration.ofHours(-hours));
      cluster.pass(MINUTE.multipliedBy(5));
    }

    assertNothingTwice();
    assertAllErrorsArrived(cluster.nodes.get(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {3, -3, 72, -72, 9_000, -9_000, 200_000, -200_000})
  void clockThatIsFarOffAtTheStartLosesNoErrorAndAddsNone(long hours) {
    cluster.step(Duration.ofHours(hours));
    ModelNode node = cluster.add("node", state("n"), MINUTE);
    cluster.pass(MINUTE.multipliedBy(5).plusSeconds(40));
    cluster.step(Duration.ofHours(-hours));
    cluster.pass(MINUTE.multipliedBy(5));

    assertNothingTwice();
    assertAllErrorsArrived(node);
  }

  @Test
  void outageOfHoursLosesNothing() {
    ModelNode node = cluster.add("node", Optional.empty(), MINUTE);
    cluster.pass(MINUTE.multipliedBy(2));
    cluster.requests(() -> Fate.AWAY);
    cluster.pass(Duration.ofHours(20));
    cluster.requests(() -> Fate.TAKEN);
    cluster.pass(Duration.ofHours(1));

    assertThat(node.waiting()).isLessThanOrEqualTo(1);
    assertNothingTwice();
    assertAllErrorsArrived(node);
    assertThat(minutesOf("ipamdUp")).isEqualTo(21 * 60);
  }

  @Test
  void randomFaultsLoseNothingAndOnlyLostAnswersCountTwice() {
    Laws.forAll(100, Random::nextLong, SumLawTest::assertRandomStory);
  }

  private static void assertRandomStory(long seed) throws IOException {
    Path states = Files.createTempDirectory("states");
    try {
      Story story = new Story(seed, states);
      story.play();
      story.end();
    } finally {
      delete(states);
    }
  }

  /** A random sequence of faults. */
  private static final class Story {
    private final SplittableRandom random;
    private final Path states;
    private final SumLawTest law = new SumLawTest();
    private final Cluster cluster = law.cluster;
    private final Map<ModelNode, Long> newFiles = new HashMap<>();
    private final Map<ModelNode, Integer> answersWhenTorn = new HashMap<>();
    private final Map<ModelNode, Integer> answersWhenRestarted = new HashMap<>();

    Story(long seed, Path states) {
      this.random = new SplittableRandom(seed);
      this.states = states;
    }

    void play() throws IOException {
      for (int i = 0; i < 1 + random.nextInt(3); i++) {
        Duration publishInterval = MINUTE.multipliedBy(1 + random.nextInt(5));
        String name = "node-" + i;
        ModelNode node = cluster.add(name, Optional.of(states.resolve(name)), publishInterval);
        newFiles.put(node, Files.size(stateOf(node).resolve("state")));
      }
      cluster.requests(this::fate);
      for (int act = 0; act < 40; act++) {
        ModelNode node = cluster.nodes.get(random.nextInt(cluster.nodes.size()));
        if (!node.runs()) {
          start(node);
        } else {
          happen(node);
        }
        cluster.pass(Duration.ofMillis(random.nextInt(100_000)));
      }
    }

    private void happen(ModelNode node) throws IOException {
      switch (random.nextInt(8)) {
        case 0 -> restartIpamd(node);
        case 1 -> node.ipamd.down(random.nextBoolean());
        case 2 -> stop(node);
        case 3 -> cluster.kill(node);
        case 4 -> killWhileWriting(node);
        default -> {}
      }
    }

    /** Restarts ipamD, unless ipamD has counted errors that no stored poll contains. */
    private void restartIpamd(ModelNode node) {
      if (node.ipamd.answers().size() > answersWhenTorn.getOrDefault(node, 0)) {
        node.ipamd.restart();
        answersWhenRestarted.put(node, node.ipamd.answers().size());
      }
    }

    private void stop(ModelNode node) {
      law.ended.add(node.name + cluster.clock.instant().getEpochSecond() / 60);
      try {
        node.stop();
      } catch (Cluster.Killed e) {
        node.kill();
      }
    }

    /** Kills the agent, and cuts a random part off the end of the last record. */
    private void killWhileWriting(ModelNode node) throws IOException {
      cluster.kill(node);
      Path file = stateOf(node).resolve("state");
      String text = Files.readString(file);
      int start = text.lastIndexOf('\n', text.length() - 2) + 1;
      // If the record of a poll is lost, the next poll must report the errors of the lost poll too.
      // The baseline must not change.
      boolean nextReportsAll =
          node.ipamd.answers().size() > Math.max(1, answersWhenRestarted.getOrDefault(node, 0));
      if (nextReportsAll && start >= newFiles.getOrDefault(node, 0L)) {
        int kept = start + random.nextInt(text.length() - start);
        Files.writeString(file, text.substring(0, kept));
        law.torn.add(node.name);
        answersWhenTorn.put(node, node.ipamd.answers().size());
      }
    }

    private void start(ModelNode node) throws IOException {
      cluster.start(node);
      newFiles.put(node, Files.size(stateOf(node).resolve("state")));
    }

    private Path stateOf(ModelNode node) {
      return states.resolve(node.name);
    }

    private Fate fate() {
      int dice = random.nextInt(100);
      if (dice < 20) {
        return Fate.AWAY;
      } else if (dice < 23) {
        return Fate.ANSWER_LOST;
      } else if (dice < 26) {
        return Fate.KILLED_BEFORE;
      }
      return dice < 29 ? Fate.KILLED_AFTER : Fate.TAKEN;
    }

    void end() {
      cluster.requests(() -> Fate.TAKEN);
      for (ModelNode node : cluster.nodes) {
        node.ipamd.down(false);
        if (!node.runs()) {
          cluster.start(node);
        }
      }
      cluster.pass(MINUTE.multipliedBy(15));

      law.assertNothingTwice();
      assertThat(cluster.nodes).allSatisfy(law::assertAllErrorsArrived);
      assertThat(cluster.nodes).allSatisfy(law::assertEveryMinuteIsThere);
      assertThat(cluster.nodes).allSatisfy(node -> assertThat(node.events.dropped()).isEmpty());
    }
  }

  /**
   * The nodes and minutes in which an agent was stopped and therefore sent a part of the minute.
   */
  private final Set<String> ended = new HashSet<>();

  /** The nodes whose process died while it wrote a record, and so lost the record. */
  private final Set<String> torn = new HashSet<>();

  private void assertNothingTwice() {
    Map<List<Object>, List<Arrival>> byDatum = new HashMap<>();
    for (Arrival arrival : cluster.arrivals) {
      if (!arrival.datum().metric().equals("agentStarts")) {
        byDatum
            .computeIfAbsent(
                List.of(arrival.node(), arrival.datum().metric(), arrival.datum().at()),
                datum -> new ArrayList<>())
            .add(arrival);
      }
    }
    byDatum.forEach(
        (datum, arrivals) -> {
          boolean excused =
              arrivals.stream().anyMatch(Arrival::excused) || torn.contains(datum.get(0));
          if (!excused) {
            assertThat(arrivals).as("%s", datum).hasSize(1);
          }
          assertThat(arrivals.stream().map(arrival -> arrival.datum().value()).distinct())
              .as("values of %s", datum)
              .hasSize(1);
        });
  }

  /** All errors between the first and the last read arrived, in spite of all restarts. */
  private void assertAllErrorsArrived(ModelNode node) {
    List<ModelIpamd.Answer> answers = node.ipamd.answers();
    double first = answers.get(0).errors();
    double arrived = 0;
    Set<Instant> minutes = new HashSet<>();
    Instant last = Instant.MIN;
    for (Arrival arrival : cluster.arrivals) {
      boolean errors =
          arrival.node().equals(node.name) && arrival.datum().metric().equals("ipamdErr");
      if (errors && minutes.add(arrival.datum().at())) {
        arrived += arrival.datum().value();
        last = arrival.datum().at().isAfter(last) ? arrival.datum().at() : last;
      }
    }
    Instant end = last.plus(MINUTE);
    double expected =
        answers.stream()
                .filter(read -> read.at().isBefore(end))
                .reduce((earlier, later) -> later)
                .orElseThrow()
                .errors()
            - first;
    assertThat(arrived).as(node.name).isCloseTo(expected, within(1e-9));
  }

  /** Each minute with a read has a datum, except the minute of the agent's first start. */
  private void assertEveryMinuteIsThere(ModelNode node) {
    Map<Long, Double> assigned = new HashMap<>();
    for (Arrival arrival : cluster.arrivals) {
      if (arrival.node().equals(node.name)
          && arrival.datum().metric().equals("assignIPAddresses")) {
        assigned.put(arrival.datum().at().getEpochSecond() / 60, arrival.datum().value());
      }
    }
    long firstMinute = Cluster.START.getEpochSecond() / 60;
    long lastMinute = assigned.keySet().stream().mapToLong(minute -> minute).max().orElse(0);
    for (ModelIpamd.Answer answer : node.ipamd.answers()) {
      boolean whole =
          answer.minute() > firstMinute
              && answer.minute() <= lastMinute
              && !ended.contains(node.name + answer.minute());
      if (whole && !torn.contains(node.name)) {
        assertThat(assigned).as("%s %s", node.name, answer).containsKey(answer.minute());
      }
    }
  }

  private double sumOf(String metric) {
    return cluster.arrivals.stream()
        .filter(arrival -> arrival.datum().metric().equals(metric))
        .mapToDouble(arrival -> arrival.datum().value())
        .sum();
  }

  private long minutesOf(String metric) {
    return cluster.arrivals.stream()
        .filter(arrival -> arrival.datum().metric().equals(metric))
        .map(arrival -> arrival.datum().at())
        .distinct()
        .count();
  }

  private Optional<Path> state(String name) {
    return Optional.of(directory.resolve(name));
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
