package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.Ec2Result;
import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.aws.Subnets;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.config.AgentConfig;
import io.cnimetrics.config.Values;
import io.cnimetrics.health.AgentHealth;
import io.cnimetrics.health.AgentStats;
import io.cnimetrics.ipamd.IpamdReader;
import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.publish.Sender;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.snapshot.Subnet;
import io.cnimetrics.testing.Counting;
import io.cnimetrics.testing.RecordedLog;
import io.cnimetrics.testing.Snapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubnetReporterTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
  private static final Problem THROTTLED =
      new Problem(Source.EC2, Reason.BAD_STATUS, "RequestLimitExceeded", "wait");
  private static final Problem FORBIDDEN =
      new Problem(Source.EC2, Reason.DENIED, "ec2:DescribeSubnets was refused", "allow it");

  @AutoClose private final RecordedLog log = new RecordedLog("io.cnimetrics.agent");
  private final FakeSubnets ec2 = new FakeSubnets();
  private final LastPoll lastPoll = new LastPoll();
  private final AgentConfig config = config();
  private final MetricBuffer buffer = buffer(config);
  private final SubnetReporter reporter = reporter(config, buffer);
  private Instant now = START;

  @BeforeEach
  void pollOnce() {
    reporter.polled(Snapshots.nothingRead().enis(Snapshots.eni(0, 14, 3, 0)).build());
    ec2.subnetOfEni = Map.of("eni-0", "subnet-a");
  }

  @Test
  void valueHasTheMinuteOfItsReadAndItsSubnet() {
    minutes(10);
    List<Datum> sent = send();

    assertThat(sent)
        .isNotEmpty()
        .allSatisfy(
            datum -> {
              assertThat(datum.metric()).isEqualTo("subnetFreeIPs");
              assertThat(datum.value()).isEqualTo(100);
              assertThat(datum.dimensions())
                  .isEqualTo(Map.of("CLUSTER_ID", "prod", "SubnetId", "subnet-a"));
            });
    assertThat(sent)
        .extracting(Datum::at)
        .containsExactlyInAnyOrderElementsOf(
            ec2.asked.stream().map(Instant::ofEpochSecond).toList());
  }

  @Test
  void onlyNodeOfASubnetAsksEachMinute() {
    minutes(10);
    ec2.asked.clear();

    minutes(10);

    assertThat(ec2.asked).hasSize(10);
  }

  @Test
  void nothingIsAskedBeforeTheFirstPollWithEnis() {
    SubnetReporter blind = reporter(config, buffer);
    for (int minute = 0; minute < 30; minute++) {
      blind.run(START.plusSeconds(60L * minute + 50));
    }

    assertThat(ec2.asked).isEmpty();
  }

  @Test
  void missingPermissionIsLoggedOnceAndEndsTheCalls() {
    ec2.failure = Optional.of(new Ec2Result.Failed<>(FORBIDDEN, true));

    minutes(200);

    assertThat(ec2.asked).hasSize(1);
    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("WARN ")
        .contains("subnet reporting is off", "ec2:DescribeSubnets was refused", "allow it");
    assertThat(send()).isEmpty();
  }

  @Test
  void throttlingReducesTheCallsUntilItEnds() {
    ec2.failure = Optional.of(new Ec2Result.Failed<>(THROTTLED, false));
    minutes(600);
    assertThat(ec2.asked).hasSizeBetween(8, 20);

    ec2.failure = Optional.empty();
    minutes(130);
    ec2.asked.clear();
    minutes(10);
    assertThat(ec2.asked).hasSize(10);
  }

  @Test
  void subnetsAreReadOnceFromInstanceMetadataIfIpamdDoesNotReportThem() {
    minutes(30);

    assertThat(ec2.metadataReads).isEqualTo(1);
  }

  @Test
  void subnetWithoutIpv4IsNotAskedForAgain() {
    ec2.found = List.of();

    minutes(60);

    assertThat(ec2.asked).hasSize(1);
    assertThat(send()).isEmpty();
  }

  @Test
  void subnetThatTheAnswerDoesNotListIsReportedOnceAndTheOthersGoOn() {
    pollTwoSubnets();
    ec2.unlisted.add("subnet-b");

    minutes(50);

    assertThat(log.lines())
        .singleElement()
        .asString()
        .startsWith("WARN ")
        .contains("source=ec2 reason=NOT_FOUND", "without subnet-b");
    assertThat(send())
        .hasSizeGreaterThan(35)
        .allSatisfy(datum -> assertThat(datum.dimensions()).containsEntry("SubnetId", "subnet-a"));
  }

  @Test
  void subnetThatTheAnswerListsAgainIsReportedAgain() {
    pollTwoSubnets();
    ec2.unlisted.add("subnet-b");
    minutes(50);
    ec2.unlisted.clear();

    minutes(130);

    assertThat(log.lines()).last().asString().contains("problem ended", "reason=NOT_FOUND");
    assertThat(send().stream().filter(datum -> datum.dimensions().containsValue("subnet-b")))
        .hasSizeGreaterThan(60);
  }

  @Test
  void unlistedSubnetIsAskedRarely() {
    ec2.unlisted.add("subnet-a");

    minutes(600);

    assertThat(ec2.asked).hasSizeBetween(8, 20);
  }

  private void pollTwoSubnets() {
    reporter.polled(
        Snapshots.nothingRead()
            .enis(Snapshots.eni(0, 14, 3, 0), Snapshots.eni(1, 14, 3, 0))
            .build());
    ec2.subnetOfEni = Map.of("eni-0", "subnet-a", "eni-1", "subnet-b");
    ec2.found = List.of(new Subnet("subnet-a", 100, 30), new Subnet("subnet-b", 100, 30));
  }

  @Test
  void callsGoToTheRegionOfTheInstance() {
    Instance instance = Snapshots.instance("", "", "eu-west-1", "");
    reporter.setNode(
        new NodeIdentity("node", Optional.of("prod"), Optional.of("us-west-2"), instance));

    minutes(10);

    assertThat(ec2.regions).containsOnly("eu-west-1");
  }

  @Test
  void resultAfterTheStopIsIgnored() {
    reporter.stop();
    minutes(20);

    assertThat(buffer.depth().minutes()).isZero();
  }

  @Test
  void valueIsShownForThreeMinutesOnly() {
    minutes(12);
    assertThat(lastPoll.samples()).hasSize(1);

    ec2.failure = Optional.of(new Ec2Result.Failed<>(THROTTLED, false));
    minutes(4);

    assertThat(lastPoll.samples()).isEmpty();
  }

  @Test
  void valueIsNotShownForLongerIfThePermissionIsRemoved() {
    minutes(12);
    ec2.failure = Optional.of(new Ec2Result.Failed<>(FORBIDDEN, true));

    minutes(4);

    assertThat(lastPoll.samples()).isEmpty();
  }

  @Test
  void valueIsNotShownForLongerIfTheClockIsSetBack() {
    minutes(12);
    ec2.failure = Optional.of(new Ec2Result.Failed<>(THROTTLED, false));
    now = now.minusSeconds(3_600);

    minutes(4);

    assertThat(lastPoll.samples()).isEmpty();
  }

  @Test
  void subnetIsAskedAlsoIfTheClockWasAheadAtTheStart() {
    now = START.minus(Duration.ofDays(365));

    minutes(20);

    assertThat(ec2.asked).isNotEmpty();
  }

  @Test
  void livenessProbeWatchesTheLoopOfTheSubnetsToo() {
    Agent agent =
        new Agent(
            config,
            new IpamdReader(
                Optional.empty(), Optional.empty(), Set.of(), Duration.ZERO, () -> START),
            new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START),
            limit -> {
              throw new AssertionError("not called before the start");
            },
            (receiver, region, labels) -> new FakeCloudWatch(),
            Optional.of(ec2),
            new AgentStats(),
            new SplittableRandom(1),
            () -> START);

    assertThat(agent.health().loops())
        .extracting(AgentHealth.Loop::name)
        .containsExactly("poll", "send", "subnets");
  }

  private void minutes(int count) {
    for (int minute = 0; minute < count; minute++) {
      reporter.run(reporter.run(now));
      now = now.plusSeconds(60);
    }
  }

  private List<Datum> send() {
    FakeCloudWatch cloudWatch = new FakeCloudWatch();
    NodeSchedule schedule = NodeSchedule.of("node", Duration.ofSeconds(30), Duration.ofMinutes(1));
    new Sender(
            buffer,
            cloudWatch,
            Receiver.CLOUDWATCH,
            schedule,
            new Counting(),
            new SplittableRandom(1),
            Map.entry("region", "us-west-2"),
            System::nanoTime,
            now)
        .flush(now, Duration.ofSeconds(1));
    return cloudWatch.held();
  }

  private SubnetReporter reporter(AgentConfig settings, MetricBuffer buffer) {
    return new SubnetReporter(settings, ec2, buffer, lastPoll, Duration.ofSeconds(20), START);
  }

  private static MetricBuffer buffer(AgentConfig config) {
    return AgentParts.buffer(Dimensions.cloudWatch(config), START);
  }

  private static AgentConfig config() {
    Values values =
        new Values(
            Map.of(
                "--cluster-id", "prod",
                "--region", "us-west-2",
                "--subnets", "true"),
            Map.of(),
            List.of());
    return AgentConfig.of(values, "node", MetricCatalog.names());
  }

  /** Records the calls. A minute is given in seconds since 1970. */
  private final class FakeSubnets implements Subnets {
    private final List<Long> asked = new ArrayList<>();
    private final List<String> regions = new ArrayList<>();
    private Map<String, String> subnetOfEni = Map.of();
    private Optional<Ec2Result<Answer>> failure = Optional.empty();
    private List<Subnet> found = List.of(new Subnet("subnet-a", 100, 15));
    private final Set<String> unlisted = new HashSet<>();
    private int metadataReads;

    @Override
    public InstanceMetadata.Interfaces interfaces(Duration limit) {
      metadataReads++;
      return new InstanceMetadata.Interfaces(subnetOfEni, Optional.empty());
    }

    @Override
    public Ec2Result<Answer> read(Set<String> subnetIds, String region, Duration limit) {
      asked.add(now.getEpochSecond());
      regions.add(region);
      Map<String, Problem> missing = new HashMap<>();
      for (String id : unlisted) {
        if (subnetIds.contains(id)) {
          missing.put(id, new Problem(Source.EC2, Reason.NOT_FOUND, "without " + id, "check it"));
        }
      }
      List<Subnet> listed =
          found.stream()
              .filter(subnet -> subnetIds.contains(subnet.id()))
              .filter(subnet -> !unlisted.contains(subnet.id()))
              .toList();
      return failure.isPresent()
          ? failure.get()
          : new Ec2Result.Found<>(new Answer(listed, missing));
    }
  }
}
