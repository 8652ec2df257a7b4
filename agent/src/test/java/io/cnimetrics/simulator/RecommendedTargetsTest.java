package io.cnimetrics.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.recommend.NodeHistory;
import io.cnimetrics.recommend.NodeHistory.Counters;
import io.cnimetrics.recommend.NodeHistory.Limits;
import io.cnimetrics.recommend.NodeHistory.Moment;
import io.cnimetrics.recommend.Recommendation.Targets;
import io.cnimetrics.recommend.Recommendation.WholeUnits;
import io.cnimetrics.recommend.Recommender;
import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests {@code recommend} on simulated weeks. Starts and ends of pods in different orders can give
 * the same data. In each of these orders, ipamD must not refuse more pods with the recommended
 * targets than with the default targets. A search over the simulator finds the best targets for all
 * these orders. The recommended targets keep at most two more addresses idle. A day of these weeks
 * has 20 simulated minutes. The data has one value a minute, like the data of the agent.
 */
class RecommendedTargetsTest {
  private static final int DAY_SECONDS = 1_200;

  private static final WarmTargets DEFAULT = Week.DEFAULT;

  /**
   * A minute before the week. Nodes with a value in this minute are old; the simulated nodes are
   * new.
   */
  private static final long BEFORE = -100;

  @ParameterizedTest
  @MethodSource("searchedWeeks")
  void targetsRefuseNoPodInAnyOrderAndAreNearlyTheBest(Week week) {
    Replay today = week.replay(DEFAULT);
    List<Week> orders = week.orders(today);

    Recommender recommender = recommender(List.of(today));
    Targets targets = recommender.targets();
    Replay then = week.replay(byAddress(targets));

    assertThat(orders).allSatisfy(order -> assertRefusesNoMore(order, today, targets));
    assertRefusesNoMore(week, today, targets);
    Replay best = week.best(today, then, orders);
    assertThat(then.idle()).isLessThanOrEqualTo(best.idle() + 2);
    assertThat(recommender.idle(targets))
        .isCloseTo(then.idle(), within(today.usesPrefixes() ? 16.0 : 2.0));
  }

  private static void assertRefusesNoMore(Week week, Replay today, Targets targets) {
    assertThat(week.replay(byAddress(targets)).refused())
        .as("%s, first %s, then %s", week, today.targets(), targets)
        .isLessThanOrEqualTo(today.refused());
  }

  @ParameterizedTest
  @MethodSource
  void targetsRefuseNoPodOfASpecialNode(Week week) {
    Replay today = week.replay(DEFAULT);

    Targets targets = recommended(List.of(today));

    assertThat(week.orders(today)).allSatisfy(order -> assertRefusesNoMore(order, today, targets));
    assertRefusesNoMore(week, today, targets);
  }

  static List<Week> targetsRefuseNoPodOfASpecialNode() {
    Random random = new Random(5);
    return List.of(
        Week.of("batches", "m5.xlarge", 1, batches(5, 12, random)).withCustomNetworking(),
        Week.of("updates", "m5.large", 2, rollouts(10, 6, random)).withCustomNetworking(),
        Week.of("full", "m5.large", 3, batches(8, 10, random)).withCustomNetworking(),
        Week.of("batches", "m5.xlarge", 4, batches(5, 15, random)).withMaxPods(20),
        Week.of("batches", "m5.xlarge", 5, batches(3, 12, random)).withMaxPods(20).withPrefixes(),
        Week.of("updates", "m5.4xlarge", 6, rollouts(14, 9, random)).withMaxPods(25));
  }

  /** Half of the first pods start before the first poll, the other half after it. */
  @Test
  void burstOnBothSidesOfTheFirstPollIsOneBurst() {
    String pods = "0:36s,0:6:20,6:1s,6:14:20,14:240s,14:2:0.1,2";

    assertThat(refusedMore(Week.of("new node", "m5.xlarge", 4, pods), DEFAULT)).isNotPositive();
  }

  @Test
  void batchInAGapIsCovered() {
    Week week = Week.of("gap", "m5.xlarge", 1, "0:4:1,4:600s,4:20:4,20:120s,20:4:4,4");
    Replay today = week.replay(DEFAULT);
    Replay gap = today.only(minute -> minute < 8 || minute > 15);

    assertRefusesNoMore(week, today, recommended(List.of(gap)));
  }

  /** Whole batches start and end in minutes without data. */
  @ParameterizedTest
  @MethodSource("weeks")
  void targetsRefuseNoPodOfAWeekWithGaps(Week week) {
    Replay today = week.replay(DEFAULT);
    Replay gaps = today.only(minute -> minute < 3 || (minute / 12 % 2 == 0 && minute % 4 != 1));

    assertRefusesNoMore(week, today, recommended(List.of(gaps)));
  }

  /** The data does not show what happened on the node before its first minute. */
  @ParameterizedTest
  @MethodSource("weeks")
  void targetsRefuseNoPodOfTheOnlyNode(Week week) {
    Replay today = week.replay(DEFAULT);
    Recommender recommender = new Recommender(Replay.HOST_NETWORK_PODS);
    recommender.add(List.of(new NodeHistory("node", "group", today.moments())));

    Replay then = week.replay(byAddress(recommender.targets()));

    assertThat(then.refused() - then.moments().get(0).counters().refused())
        .isLessThanOrEqualTo(today.refused() - today.moments().get(0).counters().refused());
  }

  /** The data is read day by day. A batch is on both sides of midnight. */
  @Test
  void daysAreReadLikeOneWeek() {
    Week week = Week.of("days", "m5.xlarge", 1, batches(4, 12, new Random(3)));
    List<Moment> moments = week.replay(DEFAULT).moments();
    Targets targets = recommended(List.of(week.replay(DEFAULT)));
    Recommender byDay = recommender(List.of());

    for (int start = 0; start < moments.size(); start += 20) {
      byDay.add(List.of(new NodeHistory("node0", "new", moments.subList(start, start + 20))));
    }

    assertThat(byDay.targets()).isEqualTo(targets);
  }

  /** A node dies, and a new node gets its name. */
  @Test
  void targetsRefuseNoPodOfNodesWithOneName() {
    Week dead = Week.of("dead node", "m5.xlarge", 1, days(6, 38, 0.3));
    Week next = Week.of("next node", "m5.xlarge", 2, batches(2, 14, new Random(2)));
    Replay before = dead.replay(DEFAULT).only(minute -> minute < 50);
    Replay after = next.replay(DEFAULT);

    Targets targets = recommended(List.of(before.then(after)));

    assertThat(dead.replay(byAddress(targets)).only(minute -> minute < 50).refused())
        .isLessThanOrEqualTo(before.refused());
    assertRefusesNoMore(next, after, targets);
  }

  /**
   * Nodes of one group differ: some have another type, some have prefixes, and some get prefixes
   * later.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6})
  void targetsRefuseNoPodOfAMixedGroup(int seed) {
    Random random = new Random(seed);
    List<Week> weeks =
        List.of(
            Week.of("prefixes", "m5.large", seed, rollouts(20, 9, random)).withPrefixes(),
            Week.of("prefixes", "m5.xlarge", seed, batches(1, 12, random)).withPrefixes(),
            Week.of("large", "m5.4xlarge", seed, batches(3, 8, random)),
            Week.of("small", "m5.large", seed, batches(2, 22, random)));
    List<Replay> today =
        weeks.stream().map(week -> week.replay(new WarmTargets(3, 0, 0, 2))).toList();
    List<Replay> nodes =
        seed % 2 == 0
            ? today
            : List.of(today.get(0).then(today.get(2)), today.get(1).then(today.get(3)));

    Recommender recommender = recommender(nodes);

    WarmTargets units = byWholeUnits(recommender.wholeUnits());
    assertThat(weeks)
        .zipSatisfy(
            today,
            (week, before) -> {
              assertRefusesNoMore(week, before, recommender.targets());
              assertThat(week.replay(units).refused())
                  .as("%s with %s", week, units)
                  .isLessThanOrEqualTo(before.refused());
            });
  }

  @ParameterizedTest
  @MethodSource("weeks")
  void wholeUnitsRefuseNoPod(Week week) {
    Replay today = week.replay(DEFAULT);

    WholeUnits units = recommender(List.of(today)).wholeUnits();

    assertThat(units.targets())
        .containsOnlyKeys(today.usesPrefixes() ? "WARM_PREFIX_TARGET" : "WARM_ENI_TARGET");
    Replay then = week.replay(byWholeUnits(units));
    assertThat(then.refused()).isLessThanOrEqualTo(today.refused());
    assertThat(then.idle()).isGreaterThanOrEqualTo(units.idleAtLeast() - 2);
  }

  /** The pods have any rhythm, and the nodes had any targets when the data was recorded. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void targetsRefuseNoPodOfARandomWeek(int seed) {
    Random random = new Random(seed);
    String type = List.of("m5.large", "m5.xlarge", "m5.4xlarge").get(random.nextInt(3));
    String pods =
        switch (seed % 4) {
          case 0 -> cronJobs(random);
          case 1 -> workingDays(random);
          case 2 -> stepsOfAnAutoscaler(random);
          default -> anyPods(random);
        };
    Week any = Week.of("random", type, seed, pods);
    Week week = random.nextInt(3) == 0 ? any.withPrefixes() : any;
    int warmIp = random.nextInt(8);
    Replay today = week.replay(byAddress(warmIp, warmIp == 0 ? 0 : random.nextInt(30)));

    Targets targets = recommended(List.of(today));

    assertRefusesNoMore(week, today, targets);
  }

  /**
   * The agent polls in second 37. Half of the pods start before a poll, the other half after it.
   */
  @Test
  void burstOnBothSidesOfAPollIsOneBurst() {
    String pods = "4:156s" + ",4:12:4,12:120s,12:4:1,4:110s".repeat(20);

    assertThat(refusedMore(Week.of("burst", "m5.xlarge", 1, pods), DEFAULT)).isNotPositive();
  }

  /** The pods start and end between two polls, and so does the growth of the pool. */
  @Test
  void peakBetweenTwoPollsIsCovered() {
    String pods = "5:158s" + ",5:8:3,8:9s,8:11:3,11:8s,11:5:3,5:219s".repeat(20);

    assertThat(refusedMore(Week.of("peak", "m5.xlarge", 1, pods), byAddress(3, 0))).isNotPositive();
  }

  private static long refusedMore(Week week, WarmTargets present) {
    Replay today = week.replay(present);
    return week.replay(byAddress(recommended(List.of(today)))).refused() - today.refused();
  }

  @Test
  void targetsOfAClusterRefuseNoPodOfAnyNode() {
    Random random = new Random(7);
    List<Week> weeks =
        List.of(
            Week.of("ramps", "m5.large", 1, days(4, 20, 0.05)),
            Week.of("batches", "m5.xlarge", 2, batches(5, 9, random)),
            Week.of("rolling updates", "m5.4xlarge", 3, rollouts(60, 8, random)),
            Week.of("new node", "m5.xlarge", 4, "12"));
    List<Replay> today = weeks.stream().map(week -> week.replay(DEFAULT)).toList();

    Targets targets = recommended(today);

    assertThat(weeks)
        .zipSatisfy(today, (week, before) -> assertRefusesNoMore(week, before, targets));
  }

  static Stream<Week> searchedWeeks() {
    return Week.EVERY_TARGET ? weeks() : weeks(1).stream();
  }

  static Stream<Week> weeks() {
    return IntStream.rangeClosed(1, 2).boxed().flatMap(seed -> weeks(seed).stream());
  }

  private static List<Week> weeks(int seed) {
    Random random = new Random(seed);
    return List.of(
        Week.of("daily ramps", "m5.xlarge", seed, days(10, 30 + random.nextInt(10), 0.1)),
        Week.of("slow ramps", "m5.2xlarge", seed, days(6, 12 + random.nextInt(10), 0.02)),
        Week.of("batches", "m5.xlarge", seed, batches(4, 9, random)),
        Week.of("batches from zero", "m5.4xlarge", seed, batches(0, 25, random)),
        Week.of("steady", "m5.large", seed, "12"),
        Week.of("full node", "m5.large", seed, days(10, 26, 0.05)),
        Week.of("rolling updates", "m5.xlarge", seed, rollouts(20, 10, random)),
        Week.of("daily ramps", "m5.large", seed, days(10, 60, 0.2)).withPrefixes(),
        Week.of("batches", "m5.xlarge", seed, batches(6, 12, random)).withPrefixes());
  }

  /**
   * The number of pods rises slowly from night to day, and falls back, with small random changes.
   */
  private static String days(int night, int day, double rate) {
    int seconds = DAY_SECONDS / 4;
    String rise = format(",%d:%ds,%d:%d:%s", night, seconds, night, day, rate);
    String fall = format(",%d:%ds,%d:%d:%s", day, seconds, day, night, rate);
    return format("0:%d:%s", night, rate) + (rise + fall).repeat(7);
  }

  /** One or two batches a day. All pods of a batch start within seconds and end together. */
  private static String batches(int base, int most, Random random) {
    StringBuilder pods = new StringBuilder(format("0:%d:0.1", base));
    for (int i = 0; i < 10; i++) {
      int top = base + most - random.nextInt(3);
      pods.append(format(",%d:%ds", base, 300 + random.nextInt(300)))
          .append(format(",%d:%d:4,%d:%ds", base, top, top, 120 + random.nextInt(200)))
          .append(format(",%d:%d:2", top, base));
    }
    return pods.toString();
  }

  /** Old pods end, and new pods start within seconds. */
  private static String rollouts(int base, int replaced, Random random) {
    StringBuilder pods = new StringBuilder(format("0:%d:0.1", base));
    for (int i = 0; i < 14; i++) {
      pods.append(format(",%d:%ds", base, 300 + random.nextInt(300)))
          .append(format(",%d:%d:1", base, base - replaced))
          .append(format(",%d:%d:1", base - replaced, base));
    }
    return pods.toString();
  }

  /** A job starts some pods at once, each minute or less often. */
  private static String cronJobs(Random random) {
    int period = List.of(60, 60, 120, 300).get(random.nextInt(4));
    int base = 1 + random.nextInt(8);
    int top = base + 1 + random.nextInt(12);
    int seconds = 10 + random.nextInt(40);
    String job = format(",%d:%d:20,%d:%ds,%d:%d:20", base, top, top, seconds, top, base);
    return format("0:%d:1,%d:%ds", base, base, 30 + random.nextInt(60))
        + (job + format(",%d:%ds", base, period - seconds - 2)).repeat(8_000 / period);
  }

  /** Five days with ramps, and two days without. */
  private static String workingDays(Random random) {
    int night = 1 + random.nextInt(6);
    int day = night + 5 + random.nextInt(15);
    double rate = List.of(0.03, 0.1, 0.25).get(random.nextInt(3));
    String ramp = format(",%d:300s,%d:%d:%s", night, night, day, rate);
    return format("0:%d:0.1", night)
        + (ramp + format(",%d:300s,%d:%d:%s", day, day, night, rate)).repeat(5)
        + format(",%d:2400s", night);
  }

  /** Each minute, an autoscaler starts the same number of pods at once. */
  private static String stepsOfAnAutoscaler(Random random) {
    int pods = 1 + random.nextInt(6);
    StringBuilder steps = new StringBuilder(format("0:3:0.1,3:%ds", 100 + random.nextInt(60)));
    for (int i = 0; i < 7; i++) {
      int now = 3;
      for (; now < 3 + 3 * pods; now += pods) {
        steps.append(format(",%d:%d:20,%d:59s", now, now + pods, now + pods));
      }
      steps.append(format(",%d:200s,%d:3:0.5,3:%ds", now, now, 200 + random.nextInt(200)));
    }
    return steps.toString();
  }

  private static String anyPods(Random random) {
    StringBuilder pods = new StringBuilder("0:5:0.1");
    int now = 5;
    for (int i = 0; i < 40; i++) {
      int next = random.nextInt(24);
      double rate = List.of(0.02, 0.1, 0.5, 4.0).get(random.nextInt(4));
      pods.append(format(",%d:%d:%s,%d:%ds", now, next, rate, next, random.nextInt(240)));
      now = next;
    }
    return pods.toString();
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static Targets recommended(List<Replay> nodes) {
    return recommender(nodes).targets();
  }

  private static Recommender recommender(List<Replay> nodes) {
    Recommender recommender = new Recommender(Replay.HOST_NETWORK_PODS);
    int prefixes = nodes.stream().allMatch(Replay::usesPrefixes) ? 1 : 0;
    Moment idle =
        new Moment(BEFORE, 0, 0, 0, prefixes, new Limits(9, 9, 1), new Counters(0, 0, 0, 0, 0));
    recommender.add(List.of(new NodeHistory("old", "old", List.of(idle))));
    recommender.add(
        IntStream.range(0, nodes.size())
            .mapToObj(i -> new NodeHistory("node" + i, "new", nodes.get(i).moments()))
            .toList());
    return recommender;
  }

  private static WarmTargets byWholeUnits(WholeUnits units) {
    return new WarmTargets(
        units.targets().getOrDefault("WARM_ENI_TARGET", 1),
        0,
        0,
        units.targets().getOrDefault("WARM_PREFIX_TARGET", 1));
  }

  private static WarmTargets byAddress(Targets targets) {
    return byAddress(targets.warmIp(), targets.minimumIp());
  }

  private static WarmTargets byAddress(int warmIp, int minimumIp) {
    return new WarmTargets(1, warmIp, minimumIp, 1);
  }
}
