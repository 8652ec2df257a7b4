package io.cnimetrics.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.recommend.Moment;
import io.cnimetrics.recommend.NodeHistory;
import io.cnimetrics.recommend.Recommendation.WholeUnits;
import io.cnimetrics.recommend.Recommender;
import io.cnimetrics.recommend.Targets;
import io.cnimetrics.simulator.Scenario.WarmTargets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
 * Tests {@code recommend} on simulated weeks. With the recommended targets, ipamD refuses at most
 * as many pods as with the default targets. It keeps only a few more idle addresses than with the
 * best targets, which a search over the simulator finds. A day of these weeks has 20 simulated
 * minutes. The data has one value a minute, like the data of the agent.
 */
class RecommendedTargetsTest {
  private static final int DAY_SECONDS = 1_200;
  private static final int WEEK_SECONDS = 7 * DAY_SECONDS;
  private static final int HOST_NETWORK_PODS = 3;

  private static final WarmTargets DEFAULT = byAddress(0, 0);

  /** Searches each pair of targets. By default, the search leaves out pairs that differ little. */
  private static final boolean EVERY_TARGET = Boolean.getBoolean("recommend.every.target");

  /**
   * A minute before the week. Nodes with a value in this minute are old; the simulated nodes are
   * new.
   */
  private static final long BEFORE = -100;

  @ParameterizedTest
  @MethodSource("searchedWeeks")
  void targetsRefuseNoPodAndAreNearlyTheBest(Week week) {
    Replay today = week.replay(DEFAULT);

    Recommender recommender = recommender(List.of(today));
    Targets targets = recommender.targets();
    Replay then = week.replay(byAddress(targets));
    Replay best = week.best(today);

    assertThat(then.refused()).isLessThanOrEqualTo(today.refused());
    assertThat(then.idle()).isLessThanOrEqualTo(best.idle() + today.margin());
    assertThat(recommender.idle(targets))
        .isCloseTo(then.idle(), within(today.usesPrefixes() ? 16.0 : 2.0));
  }

  @ParameterizedTest
  @MethodSource("weeks")
  void wholeUnitsRefuseNoPod(Week week) {
    Replay today = week.replay(DEFAULT);

    WholeUnits units = recommender(List.of(today)).wholeUnits();

    boolean prefixes = units.variable().equals("WARM_PREFIX_TARGET");
    assertThat(prefixes).isEqualTo(today.usesPrefixes());
    Replay then =
        week.replay(
            prefixes
                ? new WarmTargets(1, 0, 0, units.target())
                : new WarmTargets(units.target(), 0, 0, 1));
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

    assertThat(week.replay(byAddress(targets)).refused())
        .as("%s, first %s, then %s", week, today.targets(), targets)
        .isLessThanOrEqualTo(today.refused());
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
        .zipSatisfy(
            today,
            (week, before) ->
                assertThat(week.replay(byAddress(targets)).refused())
                    .as("%s with %s", week, targets)
                    .isLessThanOrEqualTo(before.refused()));
  }

  static Stream<Week> searchedWeeks() {
    return EVERY_TARGET ? weeks() : weeks(1).stream();
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
    Recommender recommender = new Recommender(HOST_NETWORK_PODS);
    Moment idle = new Moment(BEFORE, 0, 0, 0, 0, 9, 9, 1, 0, 0, 0, 0, 0);
    recommender.add(List.of(new NodeHistory("old", "old", List.of(idle))), BEFORE);
    recommender.add(
        IntStream.range(0, nodes.size())
            .mapToObj(i -> new NodeHistory("node" + i, "new", nodes.get(i).moments()))
            .toList(),
        BEFORE);
    return recommender;
  }

  private static WarmTargets byAddress(Targets targets) {
    return byAddress(targets.warmIp(), targets.minimumIp());
  }

  private static WarmTargets byAddress(int warmIp, int minimumIp) {
    return new WarmTargets(1, warmIp, minimumIp, 1);
  }

  /** A week of one node. */
  record Week(String name, Scenario node, PodSchedule pods) {
    static Week of(String name, String type, int seed, String pods) {
      PodSchedule schedule = PodSchedule.parse(pods);
      return new Week(
          "%s on %s, seed %d".formatted(name, type, seed),
          Scenario.of(type).pods(schedule).oldestEndFirst(true).seed(seed),
          schedule);
    }

    Week withPrefixes() {
      return new Week("prefixes, " + name, node.prefixDelegation(true), pods);
    }

    Replay replay(WarmTargets targets) {
      return Replay.of(node.warmTargets(targets), Long.MAX_VALUE);
    }

    /**
     * The replay with the fewest idle addresses among those that refuse no more pods than today.
     * Tries targets with a low minimum of idle addresses first.
     */
    Replay best(Replay today) {
      Replay best = today;
      for (WarmTargets targets :
          grid(today).sorted(Comparator.comparingDouble(today::leastIdle)).toList()) {
        if (today.leastIdle(targets) >= best.idle()) {
          return best;
        }
        Replay replay = Replay.of(node.warmTargets(targets), today.refused());
        if (replay.refused() <= today.refused() && replay.idle() < best.idle()) {
          best = replay;
        }
      }
      return best;
    }

    /** With prefixes, the targets between two multiples of 16 give the same pool. */
    private static Stream<WarmTargets> grid(Replay today) {
      int step = today.usesPrefixes() && !EVERY_TARGET ? 16 : 1;
      return IntStream.rangeClosed(1, 32)
          .filter(warm -> EVERY_TARGET || warm <= 6 || warm % 2 == 0)
          .boxed()
          .flatMap(
              warm ->
                  IntStream.iterate(0, minimum -> minimum <= 48, minimum -> minimum + step)
                      .mapToObj(minimum -> byAddress(warm, minimum)));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * The data that the agent reported of one replayed week.
   *
   * @param idle the mean number of idle addresses
   * @param refused the number of refused requests
   */
  record Replay(WarmTargets targets, List<Moment> moments, double idle, long refused) {
    /** Replays a week. Stops early when ipamD has refused more requests than permitted. */
    static Replay of(Scenario scenario, long mostRefused) {
      SimulatedNode node = new SimulatedNode(scenario);
      List<Moment> moments = new ArrayList<>();
      for (int minute = 0; minute < WEEK_SECONDS / 60; minute++) {
        node.advanceTo(Duration.ofSeconds(60L * minute + 37));
        moments.add(moment(minute, node.state(), scenario));
        if (moments.get(minute).refused() > mostRefused) {
          break;
        }
      }
      return new Replay(
          scenario.warmTargets,
          moments,
          moments.stream().mapToInt(m -> m.pool() - m.assigned()).average().orElseThrow(),
          moments.get(moments.size() - 1).refused());
    }

    private static Moment moment(long minute, NodeState state, Scenario scenario) {
      int most = scenario.mostEnis() * scenario.addressesPerEni();
      return new Moment(
          minute,
          state.assigned(),
          state.cooling(),
          state.total(),
          state.prefixes(),
          Math.min(scenario.maxPods() - HOST_NETWORK_PODS, most),
          most,
          scenario.mostEnis(),
          (long) state.counter("awscni_add_ip_req_count"),
          (long) state.counter("awscni_del_ip_req_count"),
          (long) state.counter("awscni_no_available_ip_addresses"),
          0,
          (long) state.counter("awscni_ec2api_req_count"));
    }

    boolean usesPrefixes() {
      return moments.get(moments.size() - 1).prefixes() > 0;
    }

    double leastIdle(WarmTargets targets) {
      int size = usesPrefixes() ? 16 : 1;
      return moments.stream()
          .mapToInt(
              m -> {
                int least = Math.max(targets.minimumIp(), m.assigned() + targets.ip());
                return (least + size - 1) / size * size - m.assigned();
              })
          .average()
          .orElseThrow();
    }

    /**
     * The largest sum of requests and releases in one minute, and with prefixes one prefix more.
     */
    long margin() {
      long most =
          IntStream.range(1, moments.size())
              .mapToLong(i -> changes(moments.get(i)) - changes(moments.get(i - 1)))
              .max()
              .orElseThrow();
      return Math.max(most, changes(moments.get(0))) + (usesPrefixes() ? 16 : 0);
    }

    private static long changes(Moment moment) {
      return moment.requests() + moment.releases();
    }
  }
}
