package io.cnimetrics.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.FakeClock;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.RecordedNode;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The findings on every recorded node. Doctor reads the recorded answers over sockets. */
class RecordedNodesTest {
  static Stream<RecordedNode> nodes() {
    return RecordedNode.all().stream();
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void nothingFailsOnARecordedNode(RecordedNode node) {
    assertThat(findings(node)).noneMatch(finding -> finding.level() == Level.FAIL);
  }

  @ParameterizedTest
  @MethodSource("nodes")
  void noCheckFailsOrRunsOutOfTime(RecordedNode node) {
    assertThat(findings(node))
        .filteredOn(finding -> finding.level() == Level.NOT_CHECKED)
        .extracting(Finding::evidence)
        .noneMatch(why -> why.startsWith("the check failed") || why.startsWith("not finished"));
  }

  @ParameterizedTest(name = "{0}: {1} {2}")
  @CsvSource(
      textBlock =
          """
          v1.23.1/multicard,         note, stale-gauges
          v1.20.5/multicard-gap,     note, stale-gauges
          v1.23.1/excluded-cleaned,  note, stated-totals
          v1.23.1/excluded-cleaned,  warn, excluded-enis
          v1.23.1/delta-b,           warn, forced-removals
          v1.10.4/delta-b,           note, stated-totals
          v1.10.4/ipv6,              note, ipv6
          v1.23.1/ipv6,              note, ipv6
          v1.23.1/seed,              ok,   ipv6
          v1.23.1/seed,              warn, pod-enis
          v1.23.1/m5xlarge-full,     warn, refused-pods
          v1.23.1/empty,             warn, no-addresses
          v1.23.1/delta-b,           warn, ec2-denied
          v1.5.7/seed,               not checked, cni-release
          v1.10.4/seed,              not checked, refused-pods
          v1.18.6/seed,              not checked, ipamd-start
          v1.20.5/seed,              ok,   ipamd-start
          """)
  void recordedNodeShows(String name, String level, String id) {
    assertThat(findings(RecordedNode.of(name)))
        .filteredOn(finding -> finding.id().equals(id))
        .extracting(finding -> finding.level().label())
        .containsOnly(level);
  }

  /** The pods of these nodes request addresses, and hold no more addresses than before. */
  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "v1.5.7/seed,          FAIL",
    "v1.7.10/seed,         FAIL",
    "v1.10.4/seed,         FAIL",
    "v1.10.4/prefix,       FAIL",
    "v1.10.4/ipv6,         FAIL",
    "v1.5.7/cooldown,      NOT_CHECKED",
    "v1.10.4/cooldown,     NOT_CHECKED",
    "v1.15.5/seed,         FAIL",
    "v1.18.6/ipv6,         FAIL",
    "v1.20.5/prefix,       FAIL",
    "v1.23.1/multicard,    FAIL",
    "v1.23.1/m5xlarge-full, OK"
  })
  void requestsThatGiveNoPodAnAddressFailInEachRelease(String name, Level level) {
    FakeClock clock = new FakeClock(Instant.now().plusSeconds(name.contains("cool") ? -30 : 60));
    String start = "process_start_time_seconds 1\nawscni_add_ip_req_count ";
    try (FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of(name))) {
      ipamd.serveInTurn("/metrics", List.of(start + "20\n", start + "24\n"));
      Diagnosis diagnosis =
          DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
              .type("")
              .diagnosis(2, clock);

      assertThat(DoctorFixture.finding(diagnosis, "failed-requests").level()).isEqualTo(level);
    }
  }

  private static List<Finding> findings(RecordedNode node) {
    try (FakeIpamd ipamd = new FakeIpamd().serve(node)) {
      return DoctorFixture.at(ipamd.introspectionUrl(), ipamd.metricsUrl())
          .type("")
          .findings(1, new FakeClock(Instant.now()));
    }
  }
}
