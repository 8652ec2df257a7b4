package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.simulator.NamedScenario;
import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.MethodSource;

/** No two findings about a node contradict each other, and one verdict leads to the cause. */
class ContradictionsTest {
  /** Findings that must not stand beside each other. */
  private record Pair(String rule, Predicate<Finding> one, Predicate<Finding> other) {}

  private static final List<Pair> CONTRADICTIONS =
      List.of(
          new Pair(
              "idle addresses are no advice while pods wait",
              is("idle-addresses", Level.NOTE),
              isPresent("refused-pods").or(isPresent("warm-pool")).or(isPresent("no-addresses"))),
          new Pair(
              "a full node cannot have an empty pool that can grow",
              isPresent("node-full"),
              isPresent("warm-pool")),
          new Pair(
              "leaked addresses do not fill a node that is full by itself",
              isUnexplained("leaked-addresses"),
              isUnexplained("node-full")),
          new Pair(
              "pods that wait for the cooldown wait for nothing else",
              isUnexplained("cooldown"),
              isUnexplained("node-full")),
          new Pair(
              "a pool without addresses has none to cool",
              isPresent("no-addresses"),
              isPresent("cooldown")),
          new Pair(
              "prefixes do not help a node that has prefixes",
              finding -> finding.commands().toString().contains("ENABLE_PREFIX_DELEGATION=true"),
              finding -> finding.id().equals("mixed-prefixes") && finding.level() == Level.WARN));

  /** Causes of which each explains alone why pods get no address. */
  private static final List<String> CONCERN_PODS =
      List.of(
          "refused-pods",
          "warm-pool",
          "no-addresses",
          "node-full",
          "cooldown",
          "leaked-addresses",
          "trunk-slot",
          "eniconfig",
          "ipv6-prefix",
          "metadata-away",
          "introspection");

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "INTROSPECTION_HANGS") // It needs 5 s.
  void scenarioHasOneVerdict(NamedScenario scenario) {
    for (int polls = 1; polls <= 3; polls++) {
      check(DoctorFixture.diagnosis(scenario, polls));
    }
  }

  static Stream<RecordedNode> nodes() {
    return RecordedNode.all().stream();
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void recordedNodeHasOneVerdict(RecordedNode node) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(node)) {
      check(
          DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
              .type("")
              .diagnosis(2, new FakeClock(node.takenAt())));
    }
  }

  private static void check(Diagnosis diagnosis) {
    List<Finding> findings = diagnosis.findings();
    for (Pair pair : CONTRADICTIONS) {
      assertThat(findings.stream().anyMatch(pair.one()) && findings.stream().anyMatch(pair.other()))
          .as("%s: %s", pair.rule(), findings)
          .isFalse();
    }
    assertThat(
            findings.stream()
                .filter(finding -> finding.level() == Level.FAIL)
                .filter(finding -> CONCERN_PODS.contains(finding.id()))
                .filter(finding -> finding.explainedBy().isEmpty()))
        .hasSizeLessThanOrEqualTo(1);
    for (Finding finding : findings) {
      assertThat(chain(finding, findings)).doesNotHaveDuplicates();
      finding
          .explainedBy()
          .ifPresent(
              cause ->
                  assertThat(index(cause, findings))
                      .as("%s stands before %s", cause, finding.id())
                      .isLessThan(findings.indexOf(finding)));
    }
    assertThat(diagnosis.fails()).isEqualTo(diagnosis.verdict().level() == Level.FAIL);
    diagnosis.verdict().finding().ifPresent(id -> assertThat(findings.get(0).id()).isEqualTo(id));
  }

  /** The ids from a finding to its first cause. */
  private static List<String> chain(Finding finding, List<Finding> findings) {
    List<String> ids = new ArrayList<>();
    Optional<Finding> next = Optional.of(finding);
    while (next.isPresent() && ids.size() <= findings.size()) {
      ids.add(next.get().id());
      next =
          next.get()
              .explainedBy()
              .map(id -> findings.get(index(id, findings)))
              .filter(cause -> ids.size() <= findings.size());
    }
    return ids;
  }

  private static int index(String id, List<Finding> findings) {
    for (int i = 0; i < findings.size(); i++) {
      if (findings.get(i).id().equals(id) && findings.get(i).level() != Level.OK) {
        return i;
      }
    }
    throw new AssertionError("no finding " + id + " in " + findings);
  }

  private static Predicate<Finding> is(String id, Level level) {
    return finding -> finding.id().equals(id) && finding.level() == level;
  }

  private static Predicate<Finding> isPresent(String id) {
    return finding -> finding.id().equals(id) && finding.isPresent();
  }

  private static Predicate<Finding> isUnexplained(String id) {
    return isPresent(id).and(finding -> finding.explainedBy().isEmpty());
  }
}
