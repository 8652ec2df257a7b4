package io.cnimetrics.agent;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.AddressCount;
import io.cnimetrics.snapshot.Eni;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Many nodes in several subnets. Each node uses the agent's real code. Counts the calls of EC2. */
final class SubnetFleet implements Subnets {
  static final Instant START = Instant.parse("2026-11-21T10:00:00Z");

  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Two interfaces of 15 addresses each, as a small node has. */
  private static final long HELD = 30;

  private final int nodes;
  private final int subnets;
  private final long ofOthers;
  private final List<SubnetReporter> reporters = new ArrayList<>();
  private final TreeMap<Long, Integer> calls = new TreeMap<>();
  private final List<TreeMap<Long, Integer>> values = new ArrayList<>();
  private Instant now = START;

  /**
   * @param ofOthers the addresses of each subnet that are used outside the cluster
   */
  SubnetFleet(int nodes, int subnets, long ofOthers) {
    this.nodes = nodes;
    this.subnets = subnets;
    this.ofOthers = ofOthers;
    for (int subnet = 0; subnet < subnets; subnet++) {
      values.add(new TreeMap<>());
    }
    startAll();
  }

  /** Starts all agents at the same time, without the state of an earlier start. */
  void startAll() {
    reporters.clear();
    for (int node = 0; node < nodes; node++) {
      reporters.add(reporter("ip-10-0-%d-%d.ec2.internal".formatted(node / 250, node % 250), node));
    }
  }

  private SubnetReporter reporter(String name, int node) {
    AgentConfig config =
        AgentConfig.of(
            new Values(
                Map.of(
                    "--node-name", name,
                    "--region", "us-west-2",
                    "--subnets", "true"),
                Map.of(),
                List.of()),
            name,
            MetricCatalog.names());
    MetricBuffer buffer = AgentParts.buffer(Dimensions.cloudWatch(config), now);
    NodeSchedule schedule = NodeSchedule.of(name, Duration.ofSeconds(30), MINUTE);
    SubnetReporter reporter =
        new SubnetReporter(config, this, buffer, new LastPoll(), schedule.subnetOffset(), now);
    reporter.polled(Snapshots.nothingRead().enis(eni(0, node), eni(1, node)).build());
    return reporter;
  }

  private Eni eni(int device, int node) {
    return new Eni(
        "eni-" + device,
        0,
        device,
        device == 0,
        false,
        false,
        Optional.of(subnetId(node % subnets)),
        new AddressCount(HELD / 2 - 1, 3, 0),
        AddressCount.NONE,
        0,
        AddressCount.NONE);
  }

  private static String subnetId(int subnet) {
    return "subnet-" + subnet;
  }

  /** Runs every agent for a time. */
  SubnetFleet pass(Duration time) {
    Instant end = now.plus(time);
    while (now.isBefore(end)) {
      for (SubnetReporter reporter : reporters) {
        // The first run at the start of the minute is too early. The second run is at the due time.
        reporter.run(reporter.run(now));
      }
      now = now.plus(MINUTE);
    }
    return this;
  }

  @Override
  public InstanceMetadata.Interfaces interfaces(Duration limit) {
    throw new AssertionError("ipamD reports the subnets");
  }

  @Override
  public Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit) {
    long minute = minute(now);
    calls.merge(minute, 1, Integer::sum);
    List<Subnet> found = new ArrayList<>();
    for (String id : subnetIds) {
      int subnet = Integer.parseInt(id.substring("subnet-".length()));
      values.get(subnet).merge(minute, 1, Integer::sum);
      int nodesInIt = (nodes - subnet + subnets - 1) / subnets;
      found.add(new Subnet(id, 100, nodesInIt * HELD + ofOthers));
    }
    return new Ec2Result.Found<>(new Answer(found, Map.of()));
  }

  /** The average number of calls per minute. */
  double callsPerMinute(Instant from, Instant to) {
    int sum = calls.subMap(minute(from), minute(to)).values().stream().mapToInt(n -> n).sum();
    return sum / (double) Duration.between(from, to).toMinutes();
  }

  /** The most calls in any minute. */
  int mostCalls(Instant from, Instant to) {
    return calls.subMap(minute(from), minute(to)).values().stream()
        .mapToInt(count -> count)
        .max()
        .orElse(0);
  }

  /** The longest time, in minutes, in which a subnet had no value. */
  long longestGap(Instant from, Instant to) {
    long longest = 0;
    for (TreeMap<Long, Integer> ofSubnet : values) {
      long last = minute(from) - 1;
      for (long minute : ofSubnet.subMap(minute(from), minute(to)).keySet()) {
        longest = Math.max(longest, minute - last - 1);
        last = minute;
      }
      longest = Math.max(longest, minute(to) - last - 1);
    }
    return longest;
  }

  private static long minute(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), 60);
  }
}
