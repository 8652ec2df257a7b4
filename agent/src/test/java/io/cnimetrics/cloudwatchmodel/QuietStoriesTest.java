package io.cnimetrics.cloudwatchmodel;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Ordinary events start no alarm that pages, with data in time and with late data. */
class QuietStoriesTest {
  private static final int HOUR = 60;

  private static final Map<String, Consumer<QuietStoriesTest>> STORIES =
      Map.ofEntries(
          entry("pods come and go", QuietStoriesTest::podsComeAndGo),
          entry("the agent is updated node by node", QuietStoriesTest::agentIsUpdated),
          entry("100 nodes get a new image", QuietStoriesTest::nodesGetNewImage),
          entry("a spot instance is lost each minute", QuietStoriesTest::spotInstancesAreLost),
          entry("the CNI is upgraded, a tenth at a time", QuietStoriesTest::cniIsUpgraded),
          entry("aws-node restarts node by node, twice", QuietStoriesTest::cniRestarts),
          entry("new nodes start", QuietStoriesTest::newNodesStart),
          entry("ipamD counts what it reconciles", QuietStoriesTest::ipamdReconciles),
          entry("optional metadata is missing", QuietStoriesTest::optionalMetadataIsMissing),
          entry("a call to metadata fails sometimes", QuietStoriesTest::metadataFailsOnce),
          entry("a batch fills all nodes for an hour", QuietStoriesTest::batchFillsAllNodes),
          entry("the cluster scales to zero and back", QuietStoriesTest::clusterScalesToZero));

  /** The alarms that correctly create a ticket in a story. */
  private static final Map<String, Set<String>> TICKETS =
      Map.of(
          "a batch fills all nodes for an hour", Set.of("NodesNearlyFull"),
          "the cluster scales to zero and back", Set.of("NoData"));

  private Story story = new Story(1);

  static Stream<Arguments> stories() {
    return STORIES.keySet().stream()
        .sorted()
        .flatMap(story -> Stream.of(Arguments.of(story, 1), Arguments.of(story, 5)));
  }

  /** All stories, with data in time. */
  static Map<String, Story> inTime() {
    Map<String, Story> inTime = new TreeMap<>();
    STORIES.forEach(
        (name, events) -> {
          QuietStoriesTest test = new QuietStoriesTest();
          events.accept(test);
          inTime.put(name, test.story);
        });
    return inTime;
  }

  @ParameterizedTest
  @MethodSource("stories")
  void ordinaryEventsSetOffNoAlarm(String name, int publishMinutes) {
    story = new Story(publishMinutes);
    Objects.requireNonNull(STORIES.get(name), name).accept(this);
    if (publishMinutes > 1) {
      assertThat(story.cloudWatch.latest()).isGreaterThan(Duration.ofMinutes(10));
    }

    for (Evaluated evaluated : Evaluated.of(story, Printed.alarms(publishMinutes, Map.of()))) {
      assertThat(evaluated.composite().alarms()).as(name).isEmpty();
      assertThat(evaluated.wentOff()).as(name).isEqualTo(TICKETS.getOrDefault(name, Set.of()));
    }
  }

  /** In each minute, a different node cannot reach CloudWatch for some time. */
  private void delayOneNode(int minute) {
    if (story.publishMinutes() > 1) {
      List<StoryNode> nodes = story.nodes();
      String name = nodes.isEmpty() ? "" : nodes.get(minute * 7 % nodes.size()).name;
      story.cluster.cutOff(name, true);
      story.cluster.after(Duration.ofMinutes(8), () -> story.cluster.cutOff(name, false));
    }
    story.freeAddresses(Printed.SUBNET, 500);
  }

  private void forAnHour(IntConsumer minute) {
    story.minutes(
        HOUR,
        number -> {
          delayOneNode(number);
          minute.accept(number);
        });
  }

  /** Bursts of pods wait until the pool has grown, on one node and then on another. */
  private void podsComeAndGo() {
    SplittableRandom random = new SplittableRandom(1);
    boot(30, 10);
    forAnHour(
        minute -> {
          int number = 0;
          for (StoryNode node : story.nodes()) {
            node.pods(random.nextInt(StoryNode.MOST));
            if ((minute + number++) % 4 == 0) {
              node.refuse(3);
            }
          }
        });
  }

  private void agentIsUpdated() {
    boot(30, 20);
    forAnHour(
        minute -> {
          String name = name(minute % 30);
          story.cluster.after(Duration.ofSeconds(20), () -> story.cluster.stop(name));
          story.cluster.after(
              Duration.ofSeconds(32), () -> story.startAgent(name, Optional.empty()));
        });
  }

  /**
   * Each minute replaces two nodes: first ipamD ends, then the node. A new node starts, and its
   * ipamD starts some time later.
   */
  private void nodesGetNewImage() {
    boot(100, 25);
    forAnHour(
        minute -> {
          for (int number = 2 * minute; number < 2 * minute + 2 && number < 100; number++) {
            story.node(name(number)).goDown();
            bootInTurn(100 + number);
          }
          for (int number = 2 * minute - 4; number < 2 * minute - 2; number++) {
            if (number >= 0 && number < 100) {
              story.drain(name(number));
              comeUp(100 + number, 4);
            }
          }
        });
  }

  private void spotInstancesAreLost() {
    boot(60, 30);
    forAnHour(
        minute -> {
          story.lose(name(minute));
          bootInTurn(60 + minute);
          if (minute >= 2) {
            comeUp(58 + minute, 2);
          }
          // The pods of the ended node start on other nodes.
          story.nodes().stream().skip(minute % 5 * 8L).limit(5).forEach(node -> node.refuse(2));
        });
  }

  private void cniIsUpgraded() {
    boot(100, 30);
    forAnHour(
        minute -> {
          int tenth = minute / 6;
          List<StoryNode> nodes = story.nodes().subList(10 * tenth, 10 * tenth + 10);
          if (minute % 6 == 0) {
            nodes.forEach(StoryNode::goDown);
          } else if (minute % 6 == 3) {
            nodes.forEach(node -> node.comeUp(story.now()));
            nodes.forEach(node -> node.refuse(1));
          }
        });
  }

  /**
   * A setting is rolled out, and ten minutes later its correction. Each rollout restarts every
   * ipamD.
   */
  private void cniRestarts() {
    boot(30, 20);
    forAnHour(
        minute -> {
          for (int number = minute % 10; number < 30 && minute < 20; number += 10) {
            story.node(name(number)).comeUp(story.now());
          }
        });
  }

  /** Each minute a node starts. Its ipamD starts four minutes later. */
  private void newNodesStart() {
    boot(5, 10);
    forAnHour(
        minute -> {
          bootInTurn(5 + minute);
          if (minute >= 4) {
            comeUp(1 + minute, 2);
          }
        });
  }

  /**
   * Once a minute, ipamD's counter increases by the number of addresses that are already in place.
   */
  private void ipamdReconciles() {
    boot(10, 40);
    forAnHour(minute -> story.nodes().forEach(node -> node.count("reconcileCount", 50)));
  }

  /**
   * ipamD reads optional paths of instance metadata, and counts an EC2MetadataError if one is
   * missing.
   */
  private void optionalMetadataIsMissing() {
    boot(10, 20);
    forAnHour(minute -> story.nodes().forEach(node -> node.count("awsAPIErr", 3)));
  }

  private void metadataFailsOnce() {
    boot(10, 20);
    forAnHour(
        minute -> {
          if (minute % 4 == 0) {
            story.nodes().forEach(node -> node.losePodsWithoutMetadata(1));
          }
        });
  }

  private void batchFillsAllNodes() {
    boot(20, 10);
    forAnHour(
        minute -> {
          story.nodes().forEach(node -> node.pool(StoryNode.MOST_ENIS, StoryNode.MOST, 0));
        });
  }

  private void clusterScalesToZero() {
    boot(20, 10);
    forAnHour(
        minute -> {
          if (minute < 10) {
            story.node(name(2 * minute)).goDown();
            story.lose(name(2 * minute + 1));
          }
          if (minute >= 2 && minute < 12) {
            story.drain(name(2 * minute - 4));
          } else if (minute >= 40 && minute < 60) {
            bootInTurn(minute);
            if (minute >= 42) {
              comeUp(minute - 2, 2);
            }
          }
        });
  }

  private void boot(int nodes, int pods) {
    IntStream.range(0, nodes).forEach(number -> story.boot(name(number)).pods(pods));
    story.minutes(10, minute -> story.freeAddresses(Printed.SUBNET, 500));
  }

  /** A node whose agent starts before its ipamD. */
  private void bootInTurn(int number) {
    story.boot(name(number)).goDown();
  }

  private void comeUp(int number, int waitingPods) {
    StoryNode node = story.node(name(number));
    node.comeUp(story.now());
    node.pods(10);
    node.refuse(waitingPods);
  }

  private static String name(int number) {
    return "ip-10-0-%d-%d".formatted(number / 20, number);
  }
}
