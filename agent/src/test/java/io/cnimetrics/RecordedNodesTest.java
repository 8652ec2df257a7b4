package io.cnimetrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.NodeUnderTest;
import io.cnimetrics.testing.RecordedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reads every recorded node over real sockets, and compares the result with the truth that was
 * recorded.
 */
class RecordedNodesTest {
  private static final List<RecordedNode> NODES = RecordedNode.all();

  static Stream<RecordedNode> nodes() {
    return NODES.stream();
  }

  static Stream<String> pairs() {
    return NODES.stream()
        .map(RecordedNode::name)
        .filter(name -> name.endsWith("-a"))
        .map(name -> name.substring(0, name.length() - 2));
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void numbersOfTheNodeAgreeWithTheTruth(RecordedNode node) {
    Map<String, Double> expected = new TreeMap<>();
    for (String gauge :
        List.of(
            "eniAllocated",
            "assignIPAddresses",
            "coolingIPAddresses",
            "totalIPv4Prefixes",
            "eniMaxAvailable",
            "maxIPAddresses")) {
      expected.put(gauge, node.truth().get(gauge).asDouble());
    }
    if (!node.ipv6()) {
      expected.put("totalIPAddresses", node.truth().get("totalIPAddresses").asDouble());
    }
    expected.put("ipamdActionInProgress", node.truth().get("ipamdActionInProgress").asDouble());
    expected.put("ipamdUp", 1.0);

    Map<String, Double> gauges = poll(node).gauges();

    assertThat(gauges).containsAllEntriesOf(expected);
    assertThat(gauges.containsKey("totalIPAddresses")).isEqualTo(!node.ipv6());
    assertThat(gauges.containsKey("availableIPAddresses")).isEqualTo(!node.ipv6());
    assertThat(gauges.containsKey("nodeIPUtilization")).isEqualTo(!node.ipv6());
    assertThat(gauges).doesNotContainKey("awsAPILatency");
  }

  /**
   * Pods get no addresses of trunk ENIs and excluded ENIs. With custom networking, they get none of
   * the primary ENI either.
   */
  @ParameterizedTest
  @MethodSource("nodes")
  void effectiveMaximumLeavesOutEnisWithoutPods(RecordedNode node) {
    double enis = node.truth().get("eniMaxAvailable").asDouble();
    double addresses = node.truth().get("maxIPAddresses").asDouble();
    if (node.ipv6()) {
      assertThat(poll(node).gauges()).doesNotContainKey("effectiveMaxIPAddresses");
      return;
    }
    double withoutPods = 0;
    for (JsonNode eni : node.truth().get("enis")) {
      boolean ofCustomNetworking = eni.get("primary").asBoolean() && eni.get("total").asInt() == 0;
      boolean idle = eni.get("trunk").asBoolean() || eni.get("excluded").asBoolean();
      withoutPods += idle || ofCustomNetworking ? 1 : 0;
    }

    assertThat(poll(node).gauges())
        .containsEntry(
            "effectiveMaxIPAddresses",
            Math.min(Math.max(0, enis - withoutPods) * (addresses / enis), 107));
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void totalsOfCountersAgreeWithTheTruth(RecordedNode node) {
    Map<String, Double> expected = numbers(node.truth().get("counters"));
    node.truth().get("unsupportedCounters").forEach(name -> expected.put(name.asText(), 0.0));

    NodeUnderTest polled = poll(node);

    assertThat(polled.totals()).containsAllEntriesOf(expected);
    assertThat(polled.increases()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void errorClassesArePartsOfTheErrors(RecordedNode node) {
    Map<String, Double> byCode = new TreeMap<>();
    for (JsonNode series : node.truth().get("series")) {
      if (series.get("name").asText().equals("awscni_aws_api_error_count")) {
        byCode.merge(
            series.get("labels").get("error").asText(),
            series.get("value").asDouble(),
            Double::sum);
      }
    }

    Map<String, Double> totals = poll(node).totals();

    assertThat(totals)
        .containsEntry(
            "awsAPINoAddressErr", byCode.getOrDefault("InsufficientFreeAddressesInSubnet", 0.0))
        .containsEntry("awsAPIThrottleErr", byCode.getOrDefault("RequestLimitExceeded", 0.0))
        .containsEntry("awsAPIDeniedErr", byCode.getOrDefault("UnauthorizedOperation", 0.0));
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void interfacesAgreeWithTheTruth(RecordedNode node) {
    List<Map<String, Object>> expected = new ArrayList<>();
    for (JsonNode eni : node.truth().get("enis")) {
      Map<String, Object> fields = new TreeMap<>();
      for (String name :
          List.of(
              "id",
              "networkCard",
              "deviceNumber",
              "primary",
              "trunk",
              "excluded",
              "subnetId",
              "assigned",
              "cooling",
              "prefixes")) {
        if (eni.has(name)) {
          fields.put(name, eni.get(name).asText());
        }
      }
      if (!node.ipv6()) {
        fields.put("total", eni.get("total").asText());
      }
      expected.add(fields);
    }

    List<Map<String, Object>> enis = new ArrayList<>();
    for (JsonNode eni : poll(node).json().get("enis")) {
      Map<String, Object> fields = new TreeMap<>();
      eni.properties().forEach(field -> fields.put(field.getKey(), field.getValue().asText()));
      assertThat(fields.remove("available") != null).isEqualTo(!node.ipv6());
      enis.add(fields);
    }

    assertThat(enis).containsExactlyInAnyOrderElementsOf(expected);
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void onlyKnownContradictionsOfIpamdAreProblems(RecordedNode node) {
    long stated = 0;
    for (JsonNode card : cards(RecordedNode.json(node.enis()))) {
      stated += card.get("TotalIPs").asLong();
    }
    boolean contradicts = !node.ipv6() && stated != node.truth().get("totalIPAddresses").asLong();

    JsonNode problems = poll(node).json().get("problems");

    assertThat(problems).hasSize(contradicts ? 1 : 0);
    problems.forEach(problem -> assertThat(problem.get("reason").asText()).isEqualTo("MISMATCH"));
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void secondPollHasTheTrueIncreases(String pair) {
    RecordedNode first = RecordedNode.of(pair + "-a");
    RecordedNode second = RecordedNode.of(pair + "-b");
    try (FakeIpamd ipamd = new FakeIpamd()) {
      NodeUnderTest node = new NodeUnderTest(ipamd);
      ipamd.serve(first);
      node.poll();
      ipamd.serve(second);
      node.poll();

      assertThat(node.increases())
          .containsAllEntriesOf(numbers(second.truth().get("increaseSincePrevious")))
          .containsEntry("ipamdRestarts", pair.endsWith("restart") ? 1.0 : 0.0);
      JsonNode latency = second.truth().get("awsAPILatencyIncrease");
      assertThat(node.gauges())
          .containsEntry(
              "awsAPILatency", latency.get("sum").asDouble() / latency.get("count").asDouble());
    }
  }

  private static NodeUnderTest poll(RecordedNode recorded) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(recorded)) {
      return new NodeUnderTest(ipamd).poll();
    }
  }

  private static Map<String, Double> numbers(JsonNode object) {
    Map<String, Double> numbers = new TreeMap<>();
    object.properties().forEach(field -> numbers.put(field.getKey(), field.getValue().asDouble()));
    return numbers;
  }

  private static List<JsonNode> cards(JsonNode enis) {
    List<JsonNode> cards = new ArrayList<>();
    if (enis.has("TotalIPs")) {
      cards.add(enis);
    } else {
      enis.forEach(cards::add);
    }
    return cards;
  }
}
