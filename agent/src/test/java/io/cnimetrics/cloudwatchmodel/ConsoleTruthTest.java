package io.cnimetrics.cloudwatchmodel;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cnimetrics.cloudwatchmodel.MetricStore.Stored;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dashboard and alarms show the true values, at every zoom level. */
class ConsoleTruthTest {
  static final Map<String, Function<Truth, OptionalDouble>> DASHBOARD =
      Map.ofEntries(
          entry("How long pods are refused: worst node", worst("noAddressMinutes")),
          entry(
              "Nodes that refuse pods: nodes",
              truth -> truth.nodes("noAddressMinutes", minutes -> minutes > 0)),
          entry("Pods refused, by cause: no address available", perMinute("noAvailableIPAddrs")),
          entry("Pods refused, by cause: instance metadata away", perMinute("awsAPIMetadataErr")),
          entry("How long a warm pool is empty: worst node", worst("warmPoolEmptyMinutes")),
          entry("How long ipamD is down: worst node", worst("ipamdDownMinutes")),
          entry("Nodes: nodes that report", truth -> truth.nodes("ipamdUp", up -> true)),
          entry("Nodes: nodes with ipamD down", truth -> truth.nodes("ipamdUp", up -> up == 0)),
          entry("Restarts of ipamD in 15 minutes: worst node", worst("ipamdRecentRestarts")),
          entry("Starts and restarts: ipamD restarts", truth -> truth.marks("ipamdRestarts")),
          entry(
              "Failed calls to AWS, by cause: no address in the subnet",
              perMinute("awsAPINoAddressErr")),
          entry("Failed calls to AWS, by cause: throttled", perMinute("awsAPIThrottleErr")),
          entry("Failed calls to AWS, by cause: denied", perMinute("awsAPIDeniedErr")),
          entry(
              "Failed calls to AWS, by cause: instance metadata away",
              perMinute("awsAPIMetadataErr")),
          entry("Failed calls to AWS, by cause: other causes", ConsoleTruthTest::otherErrors),
          entry(
              "EC2 error rate: failed", truth -> truth.percent("ec2ApiErrCount", "ec2ApiReqCount")),
          entry(
              "EC2 error rate: throttled",
              truth -> truth.percent("awsAPIThrottleErr", "ec2ApiReqCount")),
          entry("Latency of calls to AWS: mean of nodes", mean("awsAPILatency")),
          entry("Latency of calls to AWS: worst node", worst("awsAPILatency")),
          entry("Errors in ipamD: ipamD", perMinute("ipamdErr")),
          entry("Errors in ipamD: code that uses AWS", perMinute("awsUtilErr")),
          entry("Errors in ipamD: ENIs of single pods", perMinute("podENIErr")),
          entry("Addresses: assigned to pods", perMinute("assignIPAddresses")),
          entry("Addresses: total on ENIs", perMinute("totalIPAddresses")),
          entry("Addresses: effective maximum", perMinute("effectiveMaxIPAddresses")),
          entry("Utilisation of nodes: mean of nodes", mean("nodeIPUtilization")),
          entry(
              "Utilisation of nodes: 90th percentile of nodes",
              truth -> truth.p90("nodeIPUtilization")),
          entry("Utilisation of nodes: fullest node", worst("nodeIPUtilization")),
          entry("Free addresses on nodes: available now", perMinute("availableIPAddresses")),
          entry("Free addresses on nodes: cooling", perMinute("coolingIPAddresses")),
          entry("ENIs: attached", perMinute("eniAllocated")),
          entry("ENIs: possible", perMinute("eniMaxAvailable")),
          entry("IPv4 prefixes: /28 prefixes", perMinute("totalIPv4Prefixes")),
          entry("Addresses requested and released: requested", perMinute("addReqCount")),
          entry("Addresses requested and released: released", perMinute("delReqCount")),
          entry("Operations of ipamD: requests to EC2", perMinute("ec2ApiReqCount")),
          entry("Operations of ipamD: pool corrections", perMinute("poolCorrections")),
          entry("Operations of ipamD: changes in progress", perMinute("ipamdActionInProgress")),
          entry(
              "Removed from running pods: addresses and ENIs",
              perMinute("forceRemoveIPs", "forceRemoveENI")));

  private static final Map<String, Function<Truth, OptionalDouble>> ALARMS =
      Map.of(
          "PodsGetNoAddress", worst("noAddressMinutes"),
          "IpamdDown", worst("ipamdDownMinutes"),
          "IpamdCrashLoop", worst("ipamdRecentRestarts"),
          "NoData", truth -> truth.samples("ipamdUp"),
          "WarmPoolEmpty", worst("warmPoolEmptyMinutes"),
          "PodsLostAddress", truth -> truth.sum("forceRemoveIPs", "forceRemoveENI"),
          "Ec2Denies", truth -> truth.sum("awsAPIDeniedErr"),
          "Ec2Throttles", truth -> truth.percent("awsAPIThrottleErr", "ec2ApiReqCount"),
          "NodesNearlyFull", truth -> truth.p90("nodeIPUtilization"));

  /** Left out of the comparison: only the agents know this value. */
  private static final String AGENT_STARTS = "Starts and restarts: agent starts";

  private static final String FREE = "Free addresses of subnets, lowest first: ";
  private static final String FREE_NOW = "Free addresses now: ";

  /** The same hour, with agents that send every minute and agents that send every five minutes. */
  private static final Map<Integer, Story> STORIES = new LinkedHashMap<>();

  @BeforeAll
  static void publish(@TempDir Path everyMinute, @TempDir Path rarely) {
    STORIES.put(1, new Hour(1, everyMinute).story);
    STORIES.put(5, new Hour(5, rarely).story);
  }

  private static Story story(int publishMinutes) {
    return Objects.requireNonNull(STORIES.get(publishMinutes));
  }

  private static Function<Truth, OptionalDouble> perMinute(String... metrics) {
    return truth -> truth.perMinute(metrics);
  }

  private static Function<Truth, OptionalDouble> worst(String metric) {
    return truth -> truth.worst(metric);
  }

  private static Function<Truth, OptionalDouble> mean(String metric) {
    return truth -> truth.mean(metric);
  }

  private static OptionalDouble otherErrors(Truth truth) {
    double all = truth.perMinute("awsAPIErr").orElseThrow();
    double known =
        truth
            .perMinute(
                "awsAPINoAddressErr", "awsAPIThrottleErr", "awsAPIDeniedErr", "awsAPIMetadataErr")
            .orElseThrow();
    return OptionalDouble.of(all - known);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 5", "1, 60", "5, 1", "5, 60"})
  void everyLineOfTheDashboardIsTrue(int publishMinutes, int minutes) {
    Story story = story(publishMinutes);
    Window window = hour(minutes);
    Map<String, Line> lines =
        new LinkedHashMap<>(Printed.dashboard().lines(story.cloudWatch, window));
    Set.of(AGENT_STARTS, FREE + "subnet-0a", FREE + "subnet-0b", FREE_NOW + "subnet-0a")
        .forEach(lines::remove);
    lines.remove(FREE_NOW + "subnet-0b");

    assertThat(lines.keySet()).containsExactlyInAnyOrderElementsOf(DASHBOARD.keySet());
    DASHBOARD.forEach((name, truth) -> assertTrue(name, line(lines, name), truth, story, window));
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 5", "1, 60", "5, 1", "5, 60"})
  void everyNumberThatAnAlarmLooksAtIsTrue(int publishMinutes, int minutes) {
    Story story = story(publishMinutes);
    Window window = hour(minutes);
    Map<String, MetricAlarm> alarms = Printed.byId(Printed.alarms(publishMinutes, Map.of()));

    // The two alarms of the subnet read the metric that the next test checks.
    assertThat(alarms).hasSize(ALARMS.size() + 2);
    ALARMS.forEach(
        (id, truth) -> {
          MetricAlarm alarm = Objects.requireNonNull(alarms.get(id), id);
          assertTrue(id, alarm.line(story.cloudWatch, window), truth, story, window);
        });
  }

  @Test
  void startOfAnAgentIsOneMark() {
    Story story = story(1);
    Line starts = line(Printed.dashboard().lines(story.cloudWatch, hour(1)), AGENT_STARTS);

    assertThat(starts.values()).containsExactly(entry(Hour.FROM.plus(Duration.ofMinutes(33)), 1.0));
  }

  @Test
  void subnetsAreShownLowestFirstAndTheAlarmSeesItsOwn() {
    Story story = story(1);
    Map<String, Line> lines = Printed.dashboard().lines(story.cloudWatch, hour(60));
    MetricAlarm empty =
        Objects.requireNonNull(Printed.byId(Printed.alarms(1, Map.of())).get("SubnetEmpty0a"));

    assertThat(lines.keySet().stream().filter(name -> name.startsWith(FREE)))
        .containsExactly(FREE + "subnet-0b", FREE + "subnet-0a");
    assertThat(line(lines, FREE + "subnet-0a").values()).containsExactly(entry(Hour.FROM, 41.0));
    assertThat(line(lines, FREE_NOW + "subnet-0b").values()).containsExactly(entry(Hour.FROM, 0.0));
    assertThat(empty.line(story.cloudWatch, hour(60)).values())
        .containsExactly(entry(Hour.FROM, 41.0));
  }

  /** The clusters in a table, and their order, do not depend on the number of clusters. */
  @ParameterizedTest
  @ValueSource(ints = {2, 40, 450})
  void fleetIsShownWorstClusterFirst(int clusters) {
    MetricStore store = new MetricStore();
    IntStream.range(0, clusters)
        .forEach(
            n ->
                store.put(
                    Stored.of(
                        Printed.NAMESPACE,
                        "ipamdDownMinutes",
                        Map.of("CLUSTER_ID", "cluster-" + n)),
                    Hour.FROM.plus(Duration.ofMinutes(n % 60)),
                    n,
                    Hour.FROM));
    Board fleet = Board.of(Printed.of("dashboard", "--fleet", "--region=eu-west-1"));

    assertThat(fleet.lines(store, hour(1)).keySet().stream().filter(name -> name.contains("(")))
        .containsExactlyElementsOf(
            IntStream.range(0, Math.min(100, clusters))
                .mapToObj(n -> "ipamD down for (minutes): cluster-" + (clusters - 1 - n))
                .toList());
  }

  private static void assertTrue(
      String name, Line line, Function<Truth, OptionalDouble> truth, Story story, Window window) {
    for (Instant start : window.starts()) {
      OptionalDouble expected = truth.apply(new Truth(story, start, window.period()));
      if (expected.isEmpty()) {
        assertThat(line.values()).as("%s at %s", name, start).doesNotContainKey(start);
      } else {
        assertThat(line.values().getOrDefault(start, Double.NaN))
            .as("%s at %s", name, start)
            .isCloseTo(expected.getAsDouble(), within(1e-9));
      }
    }
  }

  private static Line line(Map<String, Line> lines, String name) {
    return Objects.requireNonNull(lines.get(name), name);
  }

  private static Window hour(int minutes) {
    return Window.of(Hour.FROM, Hour.TO, Duration.ofMinutes(minutes));
  }
}
