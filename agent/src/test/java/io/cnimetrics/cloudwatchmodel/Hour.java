package io.cnimetrics.cloudwatchmodel;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * An hour of three nodes with every kind of trouble: the first fills up and refuses pods, the
 * second has no ipamD for a while, and the third gets errors from EC2.
 */
final class Hour {
  static final Instant FROM = Story.START.plus(Duration.ofMinutes(10));
  static final Instant TO = FROM.plus(Duration.ofHours(1));

  private static final int BEFORE = 10;
  private static final int BEHIND = 12;

  final Story story;

  /**
   * @param state state directory of the third node's agent, which is killed once
   */
  Hour(int publishMinutes, Path state) {
    story = new Story(publishMinutes);
    StoryNode full = story.boot("ip-10-0-1-1");
    StoryNode ill = story.boot("ip-10-0-1-2");
    StoryNode denied = story.boot("ip-10-0-1-3", Optional.of(state));
    story.minutes(BEFORE, minute -> {});
    story.minutes(
        60,
        minute -> {
          fill(full, minute);
          breakDown(ill, minute);
          answerBadly(denied, minute);
          if (minute == 33) {
            restartAgent(denied.name, state);
          }
          story.freeAddresses(Printed.SUBNET, 100 - minute);
          story.freeAddresses("subnet-0b", 2 * minute);
        });
    story.minutes(BEHIND, minute -> {});
  }

  private static void fill(StoryNode node, int minute) {
    node.pods(Math.min(StoryNode.MOST, 3 + minute));
    node.count("addReqCount", 2);
    node.count("delReqCount", 1);
    if (minute >= 40 && minute <= 50 && minute != 45) {
      node.refuse(1 + minute % 3);
    }
  }

  private void breakDown(StoryNode node, int minute) {
    if (minute == 20) {
      node.goDown();
    } else if (minute == 28) {
      node.comeUp(story.now());
    }
    if (minute < 20 || minute >= 28) {
      node.pool(2, 2 * StoryNode.ADDRESSES_PER_ENI - minute % 4, minute % 4 == 3 ? 2 : 0);
      node.count("poolCorrections", minute % 2);
      if (minute >= 54 && minute <= 57) {
        node.losePodsWithoutMetadata(1 + minute % 2);
      }
      node.count("forceRemoveIPs", minute == 50 ? 3 : 0);
      node.count("forceRemoveENI", minute == 50 ? 1 : 0);
    }
  }

  private static void answerBadly(StoryNode node, int minute) {
    node.count("ec2ApiReqCount", 10);
    node.calls(1 + minute % 3, 20.0 + minute);
    Map.of("awsAPINoAddressErr", 7, "awsAPIThrottleErr", 5, "awsAPIDeniedErr", 11)
        .forEach(
            (metric, every) -> {
              if (minute % every == 0) {
                node.count(metric, 2);
                node.count("awsAPIErr", 2);
                node.count("ec2ApiErrCount", 2);
              }
            });
    node.count("awsAPIErr", minute % 2);
    node.count("ipamdErr", minute % 4);
    node.count("awsUtilErr", minute % 3);
    node.count("podENIErr", minute % 2);
  }

  private void restartAgent(String node, Path state) {
    story.cluster.after(Duration.ofSeconds(40), () -> story.cluster.kill(node));
    story.cluster.after(Duration.ofSeconds(50), () -> story.startAgent(node, Optional.of(state)));
  }
}
