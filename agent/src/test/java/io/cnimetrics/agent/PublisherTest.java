package io.cnimetrics.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.aws.InstanceMetadata;
import io.cnimetrics.capacity.PodLimits;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.Sampler;
import io.cnimetrics.identity.Identification;
import io.cnimetrics.publish.Destination;
import io.cnimetrics.publish.FakeCloudWatch;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.Receiver;
import io.cnimetrics.schedule.NodeSchedule;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.Counting;
import io.cnimetrics.testing.FakeClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PublisherTest {
  private static final Instant START = Instant.parse("2026-11-21T10:00:20Z");
  private static final InstanceMetadata.Result SILENT =
      new InstanceMetadata.Result(Instance.UNKNOWN, List.of());
  private static final InstanceMetadata.Result AWAY =
      new InstanceMetadata.Result(
          Instance.UNKNOWN,
          List.of(new Problem(Source.IMDS, Reason.TIMEOUT, "no answer", "wait for it")));
  private static final InstanceMetadata.Result KNOWN =
      new InstanceMetadata.Result(
          new Instance(
              Optional.of("i-1"),
              Optional.of("m5.large"),
              Optional.of("us-west-2"),
              Optional.empty(),
              Map.of("eks:cluster-name", "prod")),
          List.of());

  private final FakeClock clock = new FakeClock(START);
  private final FakeCloudWatch cloudWatch = new FakeCloudWatch();
  private final Counting events = new Counting();
  private final List<String> fatal = new ArrayList<>();
  private InstanceMetadata.Result metadata = AWAY;
  private Optional<String> given = Optional.empty();
  private Duration requestTime = Duration.ZERO;
  private Set<Receiver> receivers = Set.of(Receiver.CLOUDWATCH);

  @Test
  void dimensionsThatAreFoundLateAreFilledIntoPendingMinutes() {
    Poller[] poller = new Poller[1];
    Publisher publisher = publisher(poller, "CLUSTER_ID", "INSTANCE_ID");
    for (int second = 0; second < 300; second += 10) {
      turn(publisher, poller[0]);
    }
    assertThat(cloudWatch.requests()).isEmpty();
    assertThat(publisher.sender(Receiver.CLOUDWATCH)).isEmpty();

    metadata = KNOWN;
    for (int second = 0; second < 300; second += 10) {
      turn(publisher, poller[0]);
    }

    assertThat(cloudWatch.held().stream().map(Datum::dimensions).distinct())
        .containsExactly(Map.of("CLUSTER_ID", "prod", "INSTANCE_ID", "i-1"));
    assertThat(cloudWatch.held().stream().filter(datum -> datum.metric().equals("ipamdUp")))
        .hasSizeBetween(8, 9);
    assertThat(cloudWatch.values("agentStarts", Instant.parse("2026-11-21T10:00:00Z")))
        .containsExactly(1.0);
    assertThat(fatal).isEmpty();
  }

  @Test
  void agentStartIsSentAtOnce() {
    metadata = KNOWN;

    publisher(new Poller[1], "CLUSTER_ID").run(clock);

    assertThat(cloudWatch.held()).extracting(Datum::metric).containsExactly("agentStarts");
  }

  @Test
  void instanceWithoutATagIsFatalAndNamesTheRemedy() {
    metadata = SILENT;

    publisher(new Poller[1], "CLUSTER_ID").run(clock);

    assertThat(fatal)
        .singleElement()
        .asString()
        .contains("--region", "AWS_REGION", "--cluster-id", "AWS_CLUSTER_ID");
  }

  @Test
  void dimensionWithoutASourceIsFatal() {
    given = Optional.of("prod");
    metadata = SILENT;

    publisher(new Poller[1], "CLUSTER_ID", "INSTANCE_TYPE").run(clock);

    assertThat(fatal).singleElement().asString().contains("INSTANCE_TYPE", "--dimensions");
  }

  @Test
  void configuredIdentityNeedsNoMetadata() {
    given = Optional.of("prod");

    publisher(new Poller[1], "CLUSTER_ID").run(clock);

    assertThat(cloudWatch.held()).hasSize(1);
  }

  @Test
  void agentWithoutReceiversOnlyLooksUpItsInstance() {
    receivers = Set.of();
    metadata = SILENT;
    Publisher publisher = publisher(new Poller[1], "CLUSTER_ID");
    assertThat(publisher.run(clock)).isEqualTo(Instant.MAX);
    metadata = AWAY;
    publisher = publisher(new Poller[1], "CLUSTER_ID");
    assertThat(publisher.run(clock)).isBefore(clock.instant().plusSeconds(600));
    assertThat(publisher.refusals()).isEmpty();
    assertThat(fatal).isEmpty();
  }

  @Test
  void refusedMetadataIsTheReasonForNotReady() {
    metadata =
        new InstanceMetadata.Result(
            Instance.UNKNOWN,
            List.of(new Problem(Source.IMDS, Reason.DENIED, "metadata are switched off", "…")));
    Publisher publisher = publisher(new Poller[1], "CLUSTER_ID");
    publisher.run(clock);
    assertThat(publisher.refusals())
        .containsExactly("CloudWatch has accepted no datums yet: metadata are switched off; …");

    metadata = KNOWN;
    clock.advance(Duration.ofMinutes(2));
    publisher.run(clock);

    assertThat(publisher.refusals()).isEmpty();
  }

  @Test
  void otlpWaitsForMetadataNoLongerIfTheClockIsSetBack() {
    given = Optional.of("prod");
    receivers = Set.of(Receiver.values());
    Publisher publisher = publisher(new Poller[1], "CLUSTER_ID");
    publisher.run(clock);
    assertThat(publisher.sender(Receiver.OTLP)).isEmpty();

    clock.advance(Duration.ofHours(-1));
    publisher.run(clock);

    assertThat(publisher.sender(Receiver.OTLP)).isPresent();
  }

  @Test
  void retryOfTheSecondReceiverCountsFromItsOwnRequest() {
    metadata = KNOWN;
    receivers = Set.of(Receiver.values());
    Poller[] poller = new Poller[1];
    Publisher publisher = publisher(poller, "CLUSTER_ID");
    for (int second = 0; second < 120; second += 10) {
      turn(publisher, poller[0]);
    }
    clock.advance(Duration.ofSeconds(90));
    Instant start = clock.instant();
    requestTime = Duration.ofSeconds(9);
    cloudWatch.answerAlways(FakeCloudWatch.UNREACHABLE);

    publisher.run(clock);

    assertThat(failedAt(publisher, Receiver.CLOUDWATCH)).isBefore(start.plusSeconds(9));
    assertThat(failedAt(publisher, Receiver.OTLP)).isAfterOrEqualTo(start.plusSeconds(9));
  }

  private static Instant failedAt(Publisher publisher, Receiver receiver) {
    return publisher.sender(receiver).orElseThrow().answers().failure().orElseThrow().at();
  }

  private void turn(Publisher publisher, Poller poller) {
    clock.advance(Duration.ofSeconds(10));
    if (clock.instant().getEpochSecond() % 30 == 0) {
      poller.run(clock.instant());
    }
    publisher.run(clock);
  }

  private Publisher publisher(Poller[] poller, String... dimensions) {
    Map<String, String> unknown = new LinkedHashMap<>();
    List.of(dimensions).forEach(name -> unknown.put(name, Destination.UNKNOWN));
    Destination destination = new Destination("Kubernetes/CNI", List.of(unknown));
    MetricBuffer buffer =
        AgentParts.buffer(Optional.empty(), destination, receivers, events, START);
    NodeSchedule schedule = NodeSchedule.of("node", Duration.ofSeconds(30), Duration.ofMinutes(1));
    Sampler sampler = new Sampler(MetricCatalog.all(), new PodLimits(110, 3), START);
    poller[0] =
        new Poller(new ModelIpamd(clock, 1), sampler, buffer, schedule, (seen, reading) -> {});
    return AgentParts.publisher(
        buffer,
        () ->
            Identification.of(
                new Identification.Configured("node", given, given.map(name -> "us-west-2")),
                metadata),
        receiver ->
            (namespace, datums, limit) -> {
              clock.advance(requestTime);
              return cloudWatch.put(namespace, datums, limit);
            },
        schedule,
        events,
        new SplittableRandom(1),
        sampler.start(),
        node -> {},
        fatal::add);
  }
}
