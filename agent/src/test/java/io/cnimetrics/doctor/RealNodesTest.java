package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.capacity.CardCapacity;
import io.cnimetrics.capacity.EffectiveMaximum;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nodes with VPC CNI 1.23.2. Nodes in {@code v1.23.2} were recorded from ipamD's pool code, and
 * nodes in {@code real-v1.23.2} from the running daemon. Each node has a record of the truth: the
 * content of the pool, or the state of EC2 and the pods.
 */
class RealNodesTest {
  private static final Map<String, String> FILES =
      RecordedNode.archive("/fixtures/nodes-1.23.2.zip");

  /** Pods of these nodes still use addresses that ipamD has lost. */
  private static final Pattern LOST_ADDRESSES = Pattern.compile("detached|taken|foreign");

  static Stream<String> names() {
    return FILES.keySet().stream()
        .filter(file -> file.endsWith("/enis.json"))
        .map(file -> file.substring(0, file.lastIndexOf('/')));
  }

  /** With one poll and without an agent, doctor does not know when a counter increased. */
  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      textBlock =
          """
          real-v1.23.2/A-d0-empty,              ok,
          real-v1.23.2/A-d1-40pods,             ok,
          real-v1.23.2/A-d10-foreign-eni,       warn, forced-removals
          real-v1.23.2/A-d2-full,               warn, node-full
          real-v1.23.2/A-d3-cooling,            warn, refused-pods
          real-v1.23.2/A-d4-shrunk,             warn, refused-pods
          real-v1.23.2/A-d6-restarted,          ok,
          real-v1.23.2/A-d7-30pods,             ok,
          real-v1.23.2/A-d8-detached,           warn, forced-removals
          real-v1.23.2/A-d8a-detached-20s,      warn, forced-removals
          real-v1.23.2/A-d9-taken,              warn, forced-removals
          real-v1.23.2/A-d9a-taken-15s,         warn, forced-removals
          real-v1.23.2/B-d0-empty,              ok,
          real-v1.23.2/B-d1-40pods,             ok,
          real-v1.23.2/B-d2-cooling,            ok,
          real-v1.23.2/B-d3-shrunk,             ok,
          real-v1.23.2/B-d4-churn,              warn, warm-pool
          real-v1.23.2/B-d5-after,              warn, refused-pods
          real-v1.23.2/C-d0-empty,              ok,
          real-v1.23.2/C-d1-40pods,             ok,
          real-v1.23.2/C-d2-cooling,            ok,
          real-v1.23.2/C-d3-shrunk,             ok,
          real-v1.23.2/C-d4-no-blocks,          fail, ec2-no-prefixes
          real-v1.23.2/C-d5-again,              warn, ec2-no-prefixes
          real-v1.23.2/D-d1-subnet-empty,       fail, ec2-no-addresses
          real-v1.23.2/D-d1b-subnet-empty-later, fail, ec2-no-addresses
          real-v1.23.2/D-d2-subnet-again,       warn, ec2-no-addresses
          real-v1.23.2/D-d3-throttled,          warn, ec2-no-addresses
          real-v1.23.2/D-d4-throttled-before,   warn, ec2-no-addresses
          real-v1.23.2/D-d5-denied,             fail, ec2-denied
          real-v1.23.2/D-d7-allowed-again,      warn, refused-pods
          v1.23.2/exclusion-fail-open,          warn, ec2-denied
          v1.23.2/ipv6-multinic,                ok,
          v1.23.2/ipv6-selfheal-a,              fail, ec2-throttled
          v1.23.2/ipv6-selfheal-b,              warn, ec2-throttled
          v1.23.2/multinic-140-pods,            ok,
          v1.23.2/multinic-burst,               warn, warm-pool
          v1.23.2/multinic-efa-negative,        ok,
          v1.23.2/multinic-pods,                ok,
          v1.23.2/restart-jump-a,               ok,
          v1.23.2/restart-jump-b,               warn, warm-pool
          v1.23.2/subnet-empty-warm,            fail, ec2-no-prefixes
          v1.23.2/two-cards-no-multinic,        warn, max-pods
          """)
  void verdictIsRight(String name, String level, @Nullable String finding) {
    Verdict verdict = diagnosis(name).verdict();

    assertThat(verdict.level().label()).isEqualTo(level);
    assertThat(verdict.finding()).isEqualTo(Optional.ofNullable(finding));
  }

  @ParameterizedTest
  @MethodSource("names")
  void everyNodeHasAVerdictHere(String name) {
    assertThat(
            Stream.of(RealNodesTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(CsvSource.class))
                .flatMap(method -> method.getAnnotation(CsvSource.class).textBlock().lines())
                .map(row -> row.split(",", -1)[0].strip()))
        .contains(name);
  }

  /** Doctor's ENIs and addresses are those of EC2 and the pods, or those of the recorded pool. */
  @ParameterizedTest
  @MethodSource("names")
  void numbersAgreeWithTheTruth(String name) {
    Map<String, Double> expected = new TreeMap<>();
    JsonNode truth = truth(name);
    if (truth.has("takenAt")) {
      expected.put("eniAllocated", truth.get("eniAllocated").asDouble());
      expected.put("assignIPAddresses", truth.get("assignIPAddresses").asDouble());
      expected.put("coolingIPAddresses", truth.get("coolingIPAddresses").asDouble());
      if (!truth.get("mode").asText().startsWith("ipv6")) {
        expected.put("totalIPAddresses", truth.get("totalIPAddresses").asDouble());
      }
    } else {
      JsonNode pods =
          RecordedNode.json(
              FILES
                  .getOrDefault(name + "/truth.jsonl", "")
                  .lines()
                  .skip(1)
                  .findFirst()
                  .orElseThrow());
      expected.put("eniAllocated", (double) truth.get("enis").size());
      if (!name.endsWith("taken-15s")) { // ipamD does not see at once that addresses are gone.
        expected.put("totalIPAddresses", truth.get("total").asDouble());
      }
      if (!LOST_ADDRESSES.matcher(name).find()) {
        expected.put("assignIPAddresses", pods.get("held").asDouble());
      }
    }
    Map<String, Double> samples = new TreeMap<>();
    for (Sample sample : evidence(name).last().reading().samples()) {
      sample.value().ifPresent(value -> samples.put(sample.metric().name(), value));
    }

    assertThat(samples).containsAllEntriesOf(expected);
  }

  /** Each pod of these nodes holds an address on both network cards. */
  @Test
  void worstCardOfARecordedMultiNicNodeDecides() {
    NodeEvidence node = evidence("v1.23.2/multinic-140-pods");

    assertThat(node.available()).isEqualTo(1);
    assertThat(node.capacity().fullest().map(CardCapacity::utilization))
        .hasValue(100.0 * 140 / 247);
    assertThat(evidence("v1.23.2/multinic-burst").available()).isZero();
    assertThat(evidence("v1.23.2/multinic-efa-negative").capacity().effectiveMaximum())
        .map(EffectiveMaximum::addresses)
        .hasValue(4L * 97);
  }

  static Diagnosis diagnosis(String name) {
    return of(name, (node, clock) -> node.diagnosis(1, clock));
  }

  private static NodeEvidence evidence(String name) {
    return of(name, (node, clock) -> node.evidence(1, clock));
  }

  private static <T> T of(String name, BiFunction<DoctorFixture, FakeClock, T> read) {
    JsonNode truth = truth(name);
    String type = truth.has("instanceType") ? truth.get("instanceType").asText() : "m5.xlarge";
    int ofRealNode = name.contains("/C-") ? 110 : 58;
    int maxPods = truth.has("maxPods") ? truth.get("maxPods").asInt() : ofRealNode;
    try (FakeIpamd ipamd = new FakeIpamd()) {
      serve(ipamd, name);
      return read.apply(
          DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
              .type(type)
              .maxPods(maxPods),
          new FakeClock(takenAt(truth)));
    }
  }

  private static void serve(FakeIpamd ipamd, String name) {
    ipamd.serve("/v1/enis", file(name, "enis.json")).serve("/metrics", file(name, "metrics.txt"));
    if (FILES.containsKey(name + "/env.json")) {
      ipamd.serve("/v1/ipamd-env-settings", file(name, "env.json"));
    }
  }

  private static Instant takenAt(JsonNode truth) {
    return truth.has("takenAt")
        ? Instant.parse(truth.get("takenAt").asText())
        : Instant.ofEpochMilli((long) (1000 * truth.get("t").asDouble()));
  }

  /** The record of the truth. For a running daemon it is the line that describes EC2. */
  private static JsonNode truth(String name) {
    String lines = Objects.requireNonNullElseGet(FILES.get(name + "/truth.jsonl"), () -> "");
    return RecordedNode.json(
        lines.isEmpty() ? file(name, "truth.json") : lines.lines().findFirst().orElseThrow());
  }

  private static String file(String name, String file) {
    return Objects.requireNonNull(FILES.get(name + "/" + file), name);
  }
}
