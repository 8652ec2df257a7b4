package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeIpamd;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentOfNodeTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private static final String STATUS =
      """
      {"agent": {"version": "1.2.3", "startedAt": "2026-11-28T10:59:00Z"},
       "metrics": [{"name": "assignIPAddresses", "kind": "gauge", "value": 12, "unit": "Count"},
         {"name": "ipamdRecentRestarts", "kind": "gauge", "value": 8, "unit": "Count"}],
       "counters": {"readSince": "2026-11-28T11:00:00Z", "readUntil": "2026-11-28T11:59:40Z"},
       "increases": [{"counter": "awscni_no_available_ip_addresses", "amount": 9,
         "since": "2026-11-28T11:50:00Z", "last": "2026-11-28T11:59:40Z"}],
       "trouble": [{"metric": "ipamdRestarts", "value": 2, "since": "2026-11-28T11:46:00Z"}],
       "destinations": [{"name": "cloudwatch", "ready": true,
         "lastSuccess": "2026-11-28T11:40:00Z",
         "lastFailure": {"at": "2026-11-28T11:59:00Z", "outcome": "UNAUTHORIZED",
           "code": "AccessDenied", "message": "was answered with status 403; allow it"}}]}
      """;

  @Test
  void reportHasTheIncreasesTheRestartsAndTheLastFailure() {
    AgentReport report = report(STATUS).orElseThrow();

    assertThat(report.startedAt()).isEqualTo("2026-11-28T11:00:00Z");
    assertThat(report.increases())
        .containsExactly(
            new RecentIncrease(
                "awscni_no_available_ip_addresses",
                9,
                Instant.parse("2026-11-28T11:50:00Z"),
                Instant.parse("2026-11-28T11:59:40Z")));
    assertThat(report.restarts())
        .isEqualTo(new AgentReport.Restarts(8, Optional.of(Instant.parse("2026-11-28T11:46:00Z"))));
    assertThat(report.sendFailure())
        .hasValue(
            new AgentReport.SendFailure(
                Instant.parse("2026-11-28T11:59:00Z"),
                Optional.of(Instant.parse("2026-11-28T11:40:00Z")),
                "was answered with status 403",
                "Allow it"));
  }

  @Test
  void failureBeforeTheLastSuccessIsOver() {
    String recovered = STATUS.replace("11:40:00", "11:59:30");

    assertThat(report(recovered).orElseThrow().sendFailure()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"AvailableCommands\": []}",
        "{\"counters\": {\"readSince\": \"soon\", \"readUntil\": \"later\"}}",
        "{\"counters\": 5}",
        "[1]",
        "not JSON",
        ""
      })
  void otherAnswersAreNoReport(String body) {
    assertThat(report(body)).isEmpty();
  }

  @Test
  void agentThatReadIpamdLongAgoKnowsNothingOfNow() {
    String stale =
        STATUS.replace("readUntil\": \"2026-11-28T11:59", "readUntil\": \"2026-11-28T11:50");

    assertThat(report(stale)).isEmpty();
  }

  @Test
  void noAgentIsNoReport() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      assertThat(AgentOfNode.report(closed.url().getPort(), NOON)).isEmpty();
    }
  }

  private static Optional<AgentReport> report(String body) {
    try (FakeIpamd agent = new FakeIpamd().serve("/status", body)) {
      return AgentOfNode.report(agent.introspectionUrl().getPort(), NOON);
    }
  }
}
