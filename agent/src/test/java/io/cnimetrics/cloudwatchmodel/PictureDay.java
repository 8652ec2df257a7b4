package io.cnimetrics.cloudwatchmodel;

import io.cnimetrics.agent.ModelCluster;
import io.cnimetrics.agent.ModelCluster.Arrival;
import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.Metric.Kind;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import io.cnimetrics.testing.AwsClients;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;

/**
 * Not a test: {@code make picture} runs it. It simulates a day of three nodes with real agents, and
 * writes their data to an emulator and to a file for Prometheus. The day is quiet except for a full
 * node in the morning, a restart of an ipamD after noon, an empty subnet in the evening and a crash
 * loop at night.
 */
@EnabledIfSystemProperty(named = "picture.emulator", matches = "http.*")
class PictureDay {
  private static final int DAY = 24 * 60;

  /** The agents start this number of minutes before the day. */
  private static final int BEFORE = 10;

  /** The agents send the last data in this number of minutes after the day. */
  private static final int BEHIND = 2;

  private static final String OTHER_SUBNET = "subnet-0b";

  private final SplittableRandom random = new SplittableRandom(7);
  private final Story story = new Story(Instant.parse("2026-11-19T23:50:00Z"), 1);
  private int stolen;

  @Test
  void isPublished() throws IOException {
    for (int number = 1; number <= 3; number++) {
      story.boot("ip-10-0-1-" + number);
    }
    List<IntConsumer> parts =
        List.of(
            this::ordinary,
            this::rampToExhaustion,
            this::updateOfTheAgents,
            this::restartOfIpamd,
            this::throttling,
            this::subnetRunsDry,
            this::crashLoop);
    story.minutes(BEFORE, this::ordinary);
    story.minutes(DAY, now -> parts.forEach(part -> part.accept(now)));
    story.minutes(BEHIND, this::ordinary);
    try (CloudWatchClient cloudWatch =
        AwsClients.cloudWatch(URI.create(System.getProperty("picture.emulator")))) {
      new Upload(cloudWatch).all(story.cloudWatch);
    }
    Files.writeString(Path.of(System.getProperty("picture.openmetrics")), openMetrics());
  }

  /** The day in OpenMetrics format: the series that Prometheus collects from each node. */
  private String openMetrics() {
    StringBuilder samples = new StringBuilder();
    Map<String, Double> totals = new HashMap<>();
    story.arrivals.stream()
        .sorted(Comparator.comparing((Arrival arrival) -> arrival.datum().at()))
        .forEach(
            arrival -> {
              Metric metric = MetricCatalog.named(arrival.datum().metric()).orElseThrow();
              Map<String, String> labels = new TreeMap<>(PromtoolTests.labels(arrival.node()));
              labels.put("instance_type", "m5.large");
              String series = series(metric, labels);
              double value = metric.unit().inBaseUnit(arrival.datum().value());
              if (metric.kind() == Kind.COUNTER) {
                value = totals.merge(series, value, Double::sum);
              }
              samples.append(sample(series, value, arrival.datum().at()));
            });
    for (String subnet : List.of(Printed.SUBNET, OTHER_SUBNET)) {
      Map<String, String> labels = Map.of("cluster", ModelCluster.NAME, "subnet_id", subnet);
      String series = series(MetricCatalog.SUBNET_FREE_IPS, labels);
      Map<String, String> dimensions = Map.of("CLUSTER_ID", ModelCluster.NAME, "SubnetId", subnet);
      Stored free = Stored.of(Printed.NAMESPACE, MetricCatalog.SUBNET_FREE_IPS.name(), dimensions);
      story.cloudWatch.each(free, (at, value) -> samples.append(sample(series, value, at)));
    }
    return samples.append("# EOF\n").toString();
  }

  private static String series(Metric metric, Map<String, String> labels) {
    Map<String, String> all = new TreeMap<>(labels);
    all.putAll(metric.prometheus().labels());
    return all.entrySet().stream()
        .map(label -> "%s=\"%s\"".formatted(label.getKey(), label.getValue()))
        .collect(Collectors.joining(",", metric.prometheus().family() + "{", "}"));
  }

  /**
   * A line of OpenMetrics at the time of the minute's last poll, which determines the minute's
   * value.
   */
  private static String sample(String series, double value, Instant minute) {
    return "%s %s %d\n".formatted(series, value, minute.getEpochSecond() + 59);
  }

  private void ordinary(int now) {
    int number = 0;
    for (StoryNode node : story.nodes()) {
      int turnover = random.nextInt(3);
      hold(node, pods(number++, now), turnover == 0 ? 1 : 0);
      node.count("addReqCount", turnover + random.nextInt(2));
      node.count("delReqCount", turnover + random.nextInt(2));
      node.count("ec2ApiReqCount", 2 + random.nextInt(4));
      node.count("poolCorrections", now % 60 == number ? 1 : 0);
      node.calls(2, 90 + 30 * random.nextDouble());
    }
    story.freeAddresses(Printed.SUBNET, Math.max(0, 240 + random.nextInt(4) - stolen));
    story.freeAddresses(OTHER_SUBNET, 410 + random.nextInt(6));
  }

  /** More pods by day than by night. */
  private static int pods(int number, int now) {
    double daylight = Math.max(0, Math.sin(Math.PI * (now - 300) / 960.0));
    return (int) (12 + 5 * number + 14 * daylight + 2 * Math.sin(now / 17.0 + number));
  }

  private static void hold(StoryNode node, int pods, int cooling) {
    int enis = Math.min(StoryNode.MOST_ENIS, pods / StoryNode.ADDRESSES_PER_ENI + 2);
    node.pool(enis, pods, cooling);
  }

  /**
   * The pods increase from 7:00 on. From 9:20 on pods are refused, until more nodes start at 9:40.
   */
  private void rampToExhaustion(int now) {
    int more = now <= at(9, 40) ? (now - at(7, 0)) / 3 : 48 - 2 * (now - at(9, 40));
    if (now < at(7, 0) || more <= 0) {
      return;
    }
    int number = 0;
    for (StoryNode node : story.nodes()) {
      hold(node, Math.min(StoryNode.MOST, pods(number++, now) + more), 0);
      node.count("addReqCount", now <= at(9, 40) ? 2 : 0);
      if (now > at(9, 20) && now <= at(9, 40) && number > 1) {
        node.refuse(2 + random.nextInt(4));
        node.count("ipamdErr", 1);
      }
    }
  }

  private void updateOfTheAgents(int now) {
    int turn = now - at(11, 0);
    if (turn >= 0 && turn < 9 && turn % 3 == 0) {
      String name = story.nodes().get(turn / 3).name;
      story.cluster.after(Duration.ofSeconds(20), () -> story.cluster.stop(name));
      story.cluster.after(Duration.ofSeconds(32), () -> story.startAgent(name, Optional.empty()));
    }
  }

  private void restartOfIpamd(int now) {
    StoryNode node = story.nodes().get(1);
    if (now == at(13, 30)) {
      node.goDown();
    } else if (now == at(13, 42)) {
      node.comeUp(story.now());
      node.count("forceRemoveIPs", 2);
    }
  }

  private void throttling(int now) {
    if (now >= at(15, 30) && now < at(16, 10)) {
      for (StoryNode node : story.nodes()) {
        int throttled = random.nextInt(3);
        node.count("awsAPIThrottleErr", throttled);
        node.count("awsAPIErr", throttled);
        node.count("ec2ApiErrCount", throttled);
        node.calls(4, 400 + 500 * random.nextDouble());
      }
    }
  }

  /**
   * Other users take addresses of the subnet from 17:00 on. The subnet is empty from 19:00 to
   * 20:00.
   */
  private void subnetRunsDry(int now) {
    boolean dry = now >= at(19, 0) && now < at(20, 0);
    stolen = now < at(17, 0) || now >= at(20, 0) ? 0 : dry ? 250 : 2 * (now - at(17, 0));
    if (!dry) {
      return;
    }
    for (StoryNode node : story.nodes().subList(0, 2)) {
      node.pool(2, 2 * StoryNode.ADDRESSES_PER_ENI, 0);
      if (now % 2 == 0) {
        node.count("awsAPINoAddressErr", 1);
        node.count("awsAPIErr", 1);
        node.count("ec2ApiErrCount", 1);
        node.count("ipamdErr", 1);
      }
      if (now >= at(19, 25)) {
        node.refuse(1 + random.nextInt(5));
      }
    }
  }

  /** From 22:00 to 22:40 one ipamD restarts every three minutes. */
  private void crashLoop(int now) {
    if (now >= at(22, 0) && now < at(22, 40) && now % 3 == 0) {
      story.nodes().get(2).comeUp(story.now());
    }
  }

  private static int at(int hour, int minuteOfHour) {
    return 60 * hour + minuteOfHour;
  }
}
