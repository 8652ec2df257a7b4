package io.cnimetrics;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.Metric;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.simulator.PodSchedule;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd.NodeState;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.CloudWatchEmulator;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.Gate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.cloudwatch.model.Statistic;

/**
 * Runs three agents as processes for some minutes: one is replaced, one is killed while its
 * successor waits, and CloudWatch is away for some time. Then compares CloudWatch's data with the
 * answers of the ipamDs. Starts first, so that other tests run at the same time.
 */
@Order(1)
class PublishingIT {
  private static final String NAMESPACE = "Kubernetes/CNI";
  private static final String CLUSTER = "publishing-" + UUID.randomUUID();
  private static final Duration MINUTE = Duration.ofMinutes(1);

  /** Full minutes of the script. */
  private static final int MINUTES = 4;

  /** Longer than the longest backoff plus the time of a send. */
  private static final Duration ALL_ARRIVES = Duration.ofSeconds(100);

  private static final Map<String, ToDoubleFunction<NodeState>> GAUGES =
      Map.of(
          "assignIPAddresses", NodeState::assigned,
          "totalIPAddresses", NodeState::total,
          "eniAllocated", NodeState::enis,
          "ipamdUp", state -> 1);

  private static final Map<String, String> COUNTERS =
      Map.of(
          "addReqCount", "awscni_add_ip_req_count",
          "delReqCount", "awscni_del_ip_req_count",
          "noAvailableIPAddrs", "awscni_no_available_ip_addresses",
          "ipamdErr", "awscni_ipamd_error_count",
          "reconcileCount", "awscni_reconcile_count",
          "awsAPIErr", "awscni_aws_api_error_count",
          "ec2ApiReqCount", "awscni_ec2api_req_count");

  /**
   * Metrics without a datum in each minute: agentStarts is an event, and awsAPILatency needs calls.
   */
  private static final Set<String> AT_TIMES = Set.of("agentStarts", "awsAPILatency");

  @TempDir static Path stateDir;

  private static final List<LiveNode.Stop> stops = new ArrayList<>();
  private static CloudWatchEmulator emulator;
  private static Gate gate;
  private static LiveNode steady;
  private static LiveNode replaced;
  private static LiveNode killed;
  private static Instant start;
  private static boolean arrived;

  @BeforeAll
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  static void playTheScript() throws IOException {
    emulator = CloudWatchEmulator.shared();
    gate = new Gate(emulator.endpoint());
    steady = new LiveNode("steady", pods("5:50:0.15"), PublishingIT::agent);
    replaced = new LiveNode("replaced", pods("50:5:0.12"), PublishingIT::agent);
    killed =
        new LiveNode(
            "killed",
            pods("10:56:0.2").subnetFree(20),
            PublishingIT::agent,
            "--state-dir",
            stateDir.toString());
    start = withRoomToStart(Instant.now());
    Eventually.comes(start);
    nodes().forEach(LiveNode::start);

    at(1, 12);
    steady.restartIpamd();
    killed.start();
    at(1, 52);
    stops.add(replaced.stop());

    at(2, 3);
    replaced.start();
    gate.shut();
    at(2, 30);
    killed.kill();

    at(3, 13);
    gate.open();

    at(4, 0);
    arrived = Eventually.within(ALL_ARRIVES, PublishingIT::wholeMinutesAreThere);
    nodes().forEach(node -> stops.add(node.stop()));
  }

  @AfterAll
  static void end() {
    Stream.of(steady, replaced, killed).filter(node -> node != null).forEach(LiveNode::close);
    if (gate != null) {
      gate.close();
    }
  }

  @Test
  void minutesOfTheOutageArriveAfterIt() {
    assertThat(arrived).isTrue();
  }

  @Test
  void everyMinuteIsCompleteExceptTheOneOfTheReplacement() {
    assertThat(steady.minutes()).contains(minute(1), minute(2), minute(3), minute(4));
    assertThat(killed.minutes()).isEqualTo(steady.minutes());
    assertThat(replaced.minutes())
        .contains(minute(1), minute(3), minute(4))
        .doesNotContain(minute(2));

    for (LiveNode node : nodes()) {
      Map<Instant, Double> once = node.minutes().stream().collect(toMap(at -> at, at -> 1.0));
      for (String metric : eachMinute()) {
        assertThat(series("SampleCount", metric, node.dimensions(CLUSTER)))
            .as("%s of %s", metric, node.name())
            .isEqualTo(once);
      }
    }
  }

  @Test
  void noMinuteHasMoreDatumsThanNodes() {
    Map<Instant, Double> expected = new TreeMap<>();
    nodes().forEach(node -> node.minutes().forEach(at -> expected.merge(at, 1.0, Double::sum)));

    assertThat(expected.values()).allMatch(count -> count <= 3);
    for (String metric : eachMinute()) {
      assertThat(series("SampleCount", metric, ofCluster())).as(metric).isEqualTo(expected);
    }
  }

  @Test
  void gaugesAreTheLastAnswersOfIpamdInTheMinute() {
    GAUGES.forEach(
        (metric, value) -> {
          Map<Instant, Double> total = new TreeMap<>();
          for (LiveNode node : nodes()) {
            Map<Instant, Double> truth = new TreeMap<>();
            node.minutes()
                .forEach(at -> truth.put(at, value.applyAsDouble(node.last(at).orElseThrow())));
            truth.forEach((at, one) -> total.merge(at, one, Double::sum));
            assertThat(series("Sum", metric, node.dimensions(CLUSTER)))
                .as("%s of %s", metric, node.name())
                .isEqualTo(truth);
          }
          assertThat(series("Sum", metric, ofCluster())).as(metric).isEqualTo(total);
        });
  }

  @Test
  void countersHaveEveryIncreaseExceptTheOneBetweenTwoAgentsWithoutState() {
    COUNTERS.forEach(
        (metric, counter) -> {
          for (LiveNode node : nodes()) {
            assertThat(sum(metric, node.dimensions(CLUSTER)))
                .as("%s of %s", metric, node.name())
                .isEqualTo(node.increase(counter));
          }
          assertThat(sum(metric, ofCluster()))
              .as(metric)
              .isEqualTo(nodes().stream().mapToDouble(node -> node.increase(counter)).sum());
        });
    assertThat(nodes()).allMatch(node -> node.increase("awscni_ec2api_req_count") > 0);
  }

  @Test
  void everyStartOfAnAgentAndOfIpamdIsCounted() {
    for (LiveNode node : nodes()) {
      assertThat(sum("agentStarts", node.dimensions(CLUSTER))).isEqualTo(node.starts());
      assertThat(sum("ipamdRestarts", node.dimensions(CLUSTER))).isEqualTo(node.restarts());
    }
    assertThat(steady.restarts()).isEqualTo(1);
  }

  @Test
  void sigtermEndsAnAgentWithZeroWithinTenSeconds() {
    assertThat(stops)
        .hasSize(4)
        .extracting(LiveNode.Stop::result)
        .allSatisfy(
            result -> {
              assertThat(result.exitCode()).as(result.err()).isZero();
              assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
              assertThat(result.out()).isEmpty();
              assertThat(result.err())
                  .containsSubsequence("INFO  Run starting: ", "INFO  Publisher identity: ")
                  .containsSubsequence(
                      "INFO  Sender sending to CloudWatch: ",
                      "INFO  Agent stopping: ",
                      "INFO  Agent stopped: waiting_minutes=0");
            });
  }

  @Test
  void agentThatStopsPollsOnceMore() {
    assertThat(stops).allMatch(LiveNode.Stop::polled);
  }

  private static boolean wholeMinutesAreThere() {
    return series("SampleCount", "ipamdUp", ofCluster())
        .equals(Map.of(minute(1), 3.0, minute(2), 2.0, minute(3), 3.0));
  }

  private static AgentProcess agent() {
    return AgentProcess.of("run", "--cluster-id", CLUSTER, "--poll-interval", "10s")
        .with("--dimensions", "CLUSTER_ID;CLUSTER_ID,NODE")
        .in(emulator.environment(gate.endpoint()))
        .in(Map.of("JAVA_OPTS", "-Xmx48m"));
  }

  private static Scenario pods(String schedule) {
    return Scenario.of("m5.xlarge").pods(PodSchedule.parse(schedule));
  }

  private static List<LiveNode> nodes() {
    return List.of(steady, replaced, killed);
  }

  /** Agents that start together must start within one minute, also on a slow machine. */
  private static Instant withRoomToStart(Instant now) {
    Instant minute = now.truncatedTo(ChronoUnit.MINUTES);
    return now.isBefore(minute.plusSeconds(35)) ? now : minute.plus(MINUTE).plusSeconds(2);
  }

  private static Instant minute(int index) {
    return start.truncatedTo(ChronoUnit.MINUTES).plus(MINUTE.multipliedBy(index));
  }

  private static void at(int minute, int second) {
    Eventually.comes(minute(minute).plusSeconds(second));
  }

  private static Set<String> eachMinute() {
    return MetricCatalog.all().stream()
        .filter(metric -> !metric.isOfSubnet())
        .map(Metric::name)
        .filter(metric -> !AT_TIMES.contains(metric))
        .collect(toSet());
  }

  private static Map<String, String> ofCluster() {
    return Map.of("CLUSTER_ID", CLUSTER);
  }

  private static double sum(String metric, Map<String, String> dimensions) {
    return series("Sum", metric, dimensions).values().stream().mapToDouble(value -> value).sum();
  }

  private static SortedMap<Instant, Double> series(
      String statistic, String metric, Map<String, String> dimensions) {
    return emulator.series(
        NAMESPACE,
        metric,
        dimensions,
        Statistic.fromValue(statistic),
        minute(-1),
        minute(MINUTES + 5),
        MINUTE);
  }
}
