package io.cnimetrics.cloudwatchmodel;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.cloudwatchmodel.AlarmHistory.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Each alarm goes to ALARM in its story, and ends some time after the trouble ends. This holds for
 * trouble on any node and for evaluations at any second of the minute. The other alarms stay quiet.
 */
class AlarmStoriesTest {
  private static final int NODES = 20;
  static final int BEFORE = 8;
  static final int AFTER = 30;

  /** The alarms that page. */
  private static final Set<String> PAGES =
      Set.of("PodsGetNoAddress", "IpamdDown", "IpamdCrashLoop", "SubnetEmpty0a");

  /** The events in each minute of the trouble, on the node that is in trouble. */
  private static final Map<String, BiConsumer<Story, StoryNode>> TROUBLES =
      Map.ofEntries(
          entry("pods are refused", (story, node) -> node.refuse(4)),
          entry("instance metadata is away", (story, node) -> node.losePodsWithoutMetadata(2)),
          entry("addresses leak", AlarmStoriesTest::leak),
          entry("pods start and end too fast", AlarmStoriesTest::churn),
          entry("ipamD is down", (story, node) -> node.goDown()),
          entry("ipamD restarts each minute", (story, node) -> node.comeUp(story.now())),
          entry("a subnet becomes empty", (story, node) -> story.freeAddresses(Printed.SUBNET, 3)),
          entry("a pool does not grow", (story, node) -> node.pool(2, 28, 0)),
          entry("EC2 denies", (story, node) -> node.count("awsAPIDeniedErr", 1)),
          entry("EC2 throttles", (story, node) -> node.count("awsAPIThrottleErr", 20)),
          entry(
              "nodes fill up",
              (story, node) -> story.nodes().subList(0, 3).forEach(AlarmStoriesTest::fill)));

  /** ipamD does not get back the addresses of ended pods, until no address is left for new pods. */
  private static void leak(Story story, StoryNode node) {
    node.pool(StoryNode.MOST_ENIS, StoryNode.MOST, 0);
    node.refuse(1);
  }

  /** All unassigned addresses are cooling, and ipamD does not request more addresses. */
  private static void churn(Story story, StoryNode node) {
    node.pool(2, 18, 10);
    node.refuse(3);
  }

  private static void fill(StoryNode node) {
    node.pool(StoryNode.MOST_ENIS, StoryNode.MOST - 2, 0);
  }

  /** The alarm starts with data in time and with late data. No other alarm starts. */
  @ParameterizedTest
  @CsvSource({
    "pods are refused, PodsGetNoAddress, 6, 5, 6, 10",
    "instance metadata is away, PodsGetNoAddress, 6, 5, 6, 10",
    "addresses leak, PodsGetNoAddress, 6, 5, 6, 10",
    "pods start and end too fast, PodsGetNoAddress WarmPoolEmpty, 15, 12, 15, 18",
    "ipamD is down, IpamdDown, 8, 7, 8, 12",
    "ipamD restarts each minute, IpamdCrashLoop, 6, 5, 6, 10",
    "a subnet becomes empty, SubnetEmpty0a, 8, 5, 8, 5",
    "a pool does not grow, WarmPoolEmpty, 15, 12, 15, 18",
    "EC2 denies, Ec2Denies, 8, 7, 8, 13",
    "EC2 throttles, Ec2Throttles, 8, 7, 8, 13",
    "nodes fill up, NodesNearlyFull, 22, 20, 28, 26"
  })
  void alarmGoesOffInItsStory(
      String trouble, String alarms, int minutes, int latest, int minutesIfLate, int latestIfLate) {
    Story inTime = trouble(trouble, minutes, 1, node(7), 0);
    Story late = trouble(trouble, minutesIfLate, 5, node(7), 4);

    assertGoesOff(alarms, inTime, 1, Duration.ofMinutes(latest));
    assertGoesOff(alarms, late, 5, Duration.ofMinutes(latestIfLate));
  }

  /**
   * A new node has five minutes to start its ipamD. These minutes count towards the start of the
   * alarm.
   */
  @ParameterizedTest
  @CsvSource({"1, 8", "5, 12"})
  void nodeThatNeverComesUpPages(int publishMinutes, int latest) {
    Story story = ipamdNeverStarts(publishMinutes);
    Instant end = story.now().minus(Duration.ofMinutes(AFTER));

    assertGoesOff("IpamdDown", story, publishMinutes, Duration.ofMinutes(latest));
    MetricAlarm alarm =
        Objects.requireNonNull(
            Printed.byId(Printed.alarms(publishMinutes, Map.of())).get("IpamdDown"));
    Window whole = Window.of(Story.START, end, Duration.ofMinutes(1));
    assertThat(alarm.line(story.cloudWatch, whole).values().values()).endsWith(19.0, 20.0);
  }

  /** ipamD of a new node starts only after 20 minutes. */
  static Story ipamdNeverStarts(int publishMinutes) {
    Story story = cluster(publishMinutes);
    story.minutes(BEFORE, minute -> {});
    StoryNode ill = story.boot(node(NODES));
    ill.goDown();
    story.minutes(20, minute -> {});
    ill.comeUp(story.now());
    story.minutes(AFTER, minute -> {});
    return story;
  }

  /**
   * The kubelet waits five minutes before each restart, so ipamD runs only one or two minutes
   * between restarts. The alarm does not end before the crash loop ends.
   */
  @ParameterizedTest
  @CsvSource({"1, 5", "1, 6", "1, 7", "5, 6"})
  void crashLoopWithTheLongestPausePagesOnce(int publishMinutes, int minutes) {
    assertGoesOff(
        "IpamdCrashLoop",
        crashLoop(publishMinutes, minutes),
        publishMinutes,
        Duration.ofMinutes(2L * minutes + 2L * publishMinutes + 2));
  }

  /** ipamD of one node restarts ten times, once in each period of this number of minutes. */
  static Story crashLoop(int publishMinutes, int minutes) {
    Story story = cluster(publishMinutes);
    StoryNode node = story.node(node(7));
    story.minutes(BEFORE, minute -> {});
    story.minutes(
        10 * minutes,
        minute -> {
          if (minute % minutes == 0) {
            node.comeUp(story.now());
          } else if (minute % minutes == minutes - 4) {
            node.goDown();
          }
        });
    node.comeUp(story.now());
    story.minutes(AFTER, minute -> {});
    return story;
  }

  @Test
  void pageDoesNotDependOnTheNode() {
    for (int number = 0; number < 6; number++) {
      Story story = trouble("pods are refused", 6, 1, node(number), 0);

      assertGoesOff("PodsGetNoAddress", story, 1, Duration.ofMinutes(5));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 6", "5, 0", "5, 6"})
  void oneAddressTakenAwayIsEnough(int publishMinutes, int lateMinutes) {
    Story story = cluster(publishMinutes);
    story.minutes(BEFORE, minute -> {});
    story.cluster.cutOff(node(3), lateMinutes > 0);
    story.cluster.after(
        Duration.ofMinutes(lateMinutes), () -> story.cluster.cutOff(node(3), false));
    story.minutes(1, minute -> story.node(node(3)).count("forceRemoveIPs", 1));
    story.minutes(AFTER, minute -> {});

    assertGoesOff(
        "PodsLostAddress",
        story,
        publishMinutes,
        Duration.ofMinutes(lateMinutes + 2L * publishMinutes + 2));
  }

  @ParameterizedTest
  @CsvSource({"1, 20", "5, 24"})
  void silenceOfAllNodesIsReported(int publishMinutes, int latest) {
    Story story = cluster(publishMinutes);
    story.minutes(BEFORE, minute -> {});
    names().forEach(story.cluster::stop);
    story.minutes(30, minute -> {});
    names().forEach(name -> story.startAgent(name, Optional.empty()));
    story.minutes(AFTER, minute -> {});

    assertGoesOff("NoData", story, publishMinutes, Duration.ofMinutes(latest));
  }

  @Test
  void plannedRolloutMutesThePageAndRemainingTroublePagesAfterIt() {
    Story story = trouble("pods are refused", 30, 1, node(7), 0);
    Instant trouble = Story.START.plus(Duration.ofMinutes(BEFORE));
    for (Evaluated evaluated :
        Evaluated.of(story, Printed.alarms(1, Map.of("SuppressorAlarm", "rolling")))) {
      Span on = evaluated.composite().alarms().get(0);

      assertThat(evaluated.pages("rolling", until(trouble, Duration.ofMinutes(60)))).isEmpty();
      assertThat(evaluated.pages("rolling", until(trouble, Duration.ofMinutes(10))))
          .containsExactly(trouble.plus(Duration.ofMinutes(15)));
      assertThat(evaluated.pages("rolling", new AlarmHistory(List.of())))
          .containsExactly(on.from().plus(Duration.ofMinutes(2)));
    }
  }

  private static AlarmHistory until(Instant from, Duration time) {
    return new AlarmHistory(List.of(new Span(from, from.plus(time))));
  }

  /**
   * @param latest the latest start of the alarm, in minutes after the start of the trouble
   */
  private static void assertGoesOff(
      String alarms, Story story, int publishMinutes, Duration latest) {
    Instant trouble = Story.START.plus(Duration.ofMinutes(BEFORE));
    List<String> expected = List.of(alarms.split(" "));
    for (Evaluated evaluated : Evaluated.of(story, Printed.alarms(publishMinutes, Map.of()))) {
      for (String alarm : expected) {
        AlarmHistory history = evaluated.history(alarm);
        assertThat(history.cameAndWent()).as("%s: %s", alarm, history).isTrue();
        assertThat(history.alarms()).as(alarm).hasSize(1);
        assertThat(history.alarms().get(0).from())
            .as(alarm)
            .isBetween(trouble, trouble.plus(latest));
      }
      assertThat(evaluated.wentOff()).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(evaluated.pages()).as(alarms).hasSize(PAGES.contains(expected.get(0)) ? 1 : 0);
    }
  }

  /**
   * @param late for this number of minutes from the start of the trouble, the node cannot reach
   *     CloudWatch
   */
  static Story trouble(String events, int minutes, int publishMinutes, String name, int late) {
    Story story = cluster(publishMinutes);
    StoryNode node = story.node(name);
    BiConsumer<Story, StoryNode> trouble = Objects.requireNonNull(TROUBLES.get(events), events);
    run(story, BEFORE, (minute, its) -> {}, node);
    story.cluster.cutOff(name, late > 0);
    story.cluster.after(Duration.ofMinutes(late), () -> story.cluster.cutOff(name, false));
    run(story, minutes, trouble, node);
    if (events.equals("ipamD is down")) {
      node.comeUp(story.now());
    }
    story.nodes().forEach(each -> each.pods(10));
    run(story, AFTER, (minute, its) -> {}, node);
    return story;
  }

  private static void run(
      Story story, int minutes, BiConsumer<Story, StoryNode> trouble, StoryNode node) {
    boolean free = trouble != TROUBLES.get("a subnet becomes empty");
    story.minutes(
        minutes,
        minute -> {
          story.nodes().forEach(each -> each.count("ec2ApiReqCount", 5));
          if (free) {
            story.freeAddresses(Printed.SUBNET, 200);
          }
          trouble.accept(story, node);
        });
  }

  static Story cluster(int publishMinutes) {
    Story story = new Story(publishMinutes);
    names().forEach(name -> story.boot(name).pods(10));
    return story;
  }

  static List<String> names() {
    return IntStream.range(0, NODES).mapToObj(AlarmStoriesTest::node).toList();
  }

  static String node(int number) {
    return "ip-10-0-1-" + number;
  }
}
