package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.doctor.AgentReport;
import io.cnimetrics.doctor.Since;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.Snapshots;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentOfNodeTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  private static final String STATUS =
      """
      {"agent": {"version": "1.2.3", "startedAt": "2026-11-28T10:59:00Z"},
       "node": {"nodeName": "node-a", "instanceId": "i-1"},
       "metrics": [{"name": "assignIPAddresses", "kind": "gauge", "value": 12, "unit": "Count"},
         {"name": "ipamdRecentRestarts", "kind": "gauge", "value": 8, "unit": "Count"}],
       "counters": {"readSince": "2026-11-28T11:00:00Z", "readUntil": "2026-11-28T11:59:40Z"},
       "increases": [{"counter": "awscni_no_available_ip_addresses", "amount": 9,
         "since": "2026-11-28T11:50:00Z", "last": "2026-11-28T11:59:40Z", "total": 12},
        {"counter": "ipamdRestarts", "amount": 8,
         "since": "2026-11-28T11:46:00Z", "last": "2026-11-28T11:58:40Z"}],
       "destinations": [{"name": "cloudwatch", "ready": true,
         "lastSuccess": "2026-11-28T11:40:00Z",
         "lastFailure": {"at": "2026-11-28T11:59:00Z", "outcome": "UNAUTHORIZED",
           "code": "AccessDenied", "message": "was answered with status 403; allow it",
           "fact": "was answered with status 403", "remedy": "allow it"}}]}
      """;

  @Test
  void reportHasTheIncreasesTheRestartsAndTheLastFailure() {
    AgentReport report = report(STATUS).orElseThrow();

    assertThat(report.startedAt()).isEqualTo("2026-11-28T11:00:00Z");
    assertThat(report.readUntil()).isEqualTo("2026-11-28T11:59:40Z");
    assertThat(report.increases())
        .contains(
            new RecentIncrease(
                    "awscni_no_available_ip_addresses",
                    9,
                    Instant.parse("2026-11-28T11:50:00Z"),
                    Instant.parse("2026-11-28T11:59:40Z"))
                .counted(12));
    assertThat(report.restarts())
        .isEqualTo(
            new AgentReport.Restarts(
                8,
                Optional.of(Since.exactly(Instant.parse("2026-11-28T11:46:00Z"))),
                Optional.empty()));
    assertThat(report.sendFailure())
        .hasValue(
            new AgentReport.SendFailure(
                Instant.parse("2026-11-28T11:59:00Z"),
                Optional.of(Instant.parse("2026-11-28T11:40:00Z")),
                "was answered with status 403",
                "Allow it"));
  }

  @Test
  void failureOfAnOlderAgentHasOnlyAMessage() {
    String older = STATUS.replaceFirst(",\\s+\"fact\":.*\"allow it\"", "");

    assertThat(report(older).orElseThrow().sendFailure().orElseThrow())
        .returns("was answered with status 403; allow it", AgentReport.SendFailure::fact)
        .returns("", AgentReport.SendFailure::remedy);
  }

  @Test
  void failureMayHaveAnEmptyRemedy() {
    String empty = STATUS.replace("\"remedy\": \"allow it\"", "\"remedy\": \"\"");

    assertThat(report(empty).orElseThrow().sendFailure().orElseThrow().remedy()).isEmpty();
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
  void agentThatReadIpamdLongAgoDoesNotKnowThePresentState() {
    String stale =
        STATUS.replace("readUntil\": \"2026-11-28T11:59", "readUntil\": \"2026-11-28T11:50");

    assertThat(report(stale)).isEmpty();
  }

  @Test
  void agentThatSeesIpamdDownSaysSinceWhen() {
    String down =
        STATUS
            .replace("readUntil\": \"2026-11-28T11:59", "readUntil\": \"2026-11-28T11:50")
            .replace(
                "\"destinations\"",
                "\"trouble\": [{\"metric\": \"ipamdDownMinutes\", \"value\": 9, \"since\":"
                    + " \"2026-11-28T11:51:00Z\"}], \"destinations\"");

    AgentReport report = report(down).orElseThrow();

    assertThat(report.restarts().down())
        .hasValue(Since.exactly(Instant.parse("2026-11-28T11:51:00Z")));
    assertThat(report.increases()).isEmpty();
    assertThat(report(down.replace("T10:59:00Z", "T11:46:00Z")).orElseThrow().restarts().down())
        .as("ipamD was down when the agent started")
        .hasValue(Since.before(Instant.parse("2026-11-28T11:51:00Z")));
  }

  @Test
  void noAgentIsNoReport() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      assertThat(AgentOfNode.report(address(closed.url()), node("node-a", "i-1"), NOON)).isEmpty();
    }
  }

  @Test
  void agentThatHasReadTheCountersOnceKnowsNoIncrease() {
    String young =
        STATUS.replace("readSince\": \"2026-11-28T11:00:00", "readSince\": \"2026-11-28T11:59:40");

    assertThat(report(young)).isEmpty();
  }

  @Test
  void restartsAreKnownAlsoIfTheirMetricIsNotPublished() {
    AgentReport report = report(STATUS.replace("ipamdRecentRestarts", "other")).orElseThrow();

    assertThat(report.restarts().count()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({
    "node-a, i-1, true",
    "other-name, i-1, true",
    "node-a, i-2, false",
    "node-a, '', true",
    "node-b, '', false"
  })
  void agentOfAnotherNodeIsNoReport(String name, String instance, boolean isOfThisNode) {
    assertThat(report(STATUS, node(name, instance)).isPresent()).isEqualTo(isOfThisNode);
  }

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, http://127.0.0.1:61690/status",
    "localhost, http://127.0.0.1:61690/status",
    "0.0.0.0, http://127.0.0.1:61690/status",
    "10.0.1.2, http://127.0.0.1:61690/status",
    "::, http://127.0.0.1:61690/status",
    "::1, http://[::1]:61690/status"
  })
  void agentIsReadOnLoopback(String host, String page) {
    assertThat(AgentPage.address(InetSocketAddress.createUnresolved(host, 61690)))
        .hasToString(page);
  }

  private static Optional<AgentReport> report(String body) {
    return report(body, node("node-a", "i-1"));
  }

  private static Optional<AgentReport> report(String body, NodeIdentity node) {
    try (FakeIpamd agent = new FakeIpamd().serve("/status", body)) {
      return AgentOfNode.report(address(agent.introspectionUrl()), node, NOON);
    }
  }

  private static InetSocketAddress address(URI url) {
    return InetSocketAddress.createUnresolved("127.0.0.1", url.getPort());
  }

  private static NodeIdentity node(String name, String instance) {
    return new NodeIdentity(
        name, Optional.empty(), Optional.empty(), Snapshots.instance(instance, "", "", ""));
  }
}
