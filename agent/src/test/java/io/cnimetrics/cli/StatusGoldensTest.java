package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.Goldens;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.text.Palette;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusGoldensTest {
  private static final Instant NOW = Instant.parse("2026-11-28T12:00:12Z");

  private static final String TROUBLE =
      """
      {"agent": {"version": "1.2.3", "startedAt": "2026-11-28T08:10:00Z", "pod": "cni-metrics-agent-x7k2p"},
       "node": {"clusterId": "prod", "region": "us-west-2", "nodeName": "ip-10-0-1-23.us-west-2.compute.internal",
         "instanceId": "i-0123456789abcdef0", "instanceType": "m5.large", "cniVersion": "v1.23.1"},
       "lastPoll": {"at": "2026-11-28T12:00:00Z", "result": "good"},
       "problems": [{"source": "introspection", "reason": "MISMATCH",
         "message": "ipamD states AssignedIPs 0 but lists 3; the list is correct, and the agent counts the list"}],
       "metrics": [
         {"name": "assignIPAddresses", "kind": "gauge", "value": 18, "unit": "Count"},
         {"name": "nodeIPUtilization", "kind": "gauge", "value": 66.666, "unit": "Percent"},
         {"name": "noAvailableIPAddrs", "kind": "counter", "value": 2, "total": 9, "unit": "Count"},
         {"name": "noAddressMinutes", "kind": "gauge", "value": 11, "unit": "Count"},
         {"name": "ipamdErr", "kind": "counter", "value": 0, "total": 0, "unit": "Count"},
         {"name": "podENIErr", "kind": "counter", "value": 0, "total": 0, "unit": "Count"},
         {"name": "subnetFreeIPs", "kind": "gauge", "value": 0, "unit": "Count", "subnetId": "subnet-0123456789abcdef0"}],
       "minutes": [
         {"minute": "2026-11-28T11:53:00Z", "values": {"assignIPAddresses": 12}},
         {"minute": "2026-11-28T11:55:00Z", "values": {"assignIPAddresses": 14, "noAvailableIPAddrs": 1}},
         {"minute": "2026-11-28T11:56:00Z", "values": {"assignIPAddresses": 15, "noAddressMinutes": 7}},
         {"minute": "2026-11-28T11:57:00Z", "values": {"assignIPAddresses": 18, "nodeIPUtilization": 66.666}},
         {"minute": "2026-11-28T11:58:00Z", "values": {"assignIPAddresses": 18}},
         {"minute": "2026-11-28T11:59:00Z", "values": {"assignIPAddresses": 18, "ipamdErr": 0}}],
       "counters": {"readSince": "2026-11-28T08:10:00Z", "readUntil": "2026-11-28T12:00:00Z"},
       "increases": [
         {"counter": "awscni_no_available_ip_addresses", "amount": 9, "since": "2026-11-28T11:50:00Z", "last": "2026-11-28T12:00:00Z"},
         {"counter": "awscni_aws_api_error_count", "amount": 3, "since": "2026-11-28T11:50:30Z", "last": "2026-11-28T11:50:40Z"},
         {"counter": "awscni_aws_api_error_count{error=~\\"InsufficientCidrBlocks|InsufficientFreeAddressesInSubnet\\"}",
          "amount": 3, "since": "2026-11-28T11:50:30Z", "last": "2026-11-28T11:50:40Z"},
         {"counter": "awscni_aws_api_error_count{api=\\"CreateNetworkInterface\\",error=\\"InsufficientFreeAddressesInSubnet\\"}",
          "amount": 3, "since": "2026-11-28T11:50:30Z", "last": "2026-11-28T11:50:40Z"}],
       "trouble": [{"metric": "noAddressMinutes", "value": 10, "since": "2026-11-28T11:50:00Z",
         "finding": "ec2-no-addresses",
         "cause": "the subnet has too few free addresses: CreateNetworkInterface InsufficientFreeAddressesInSubnet, 3 since 11:50 UTC"},
         {"metric": "awsAPINoAddressErr", "value": 3, "since": "2026-11-28T11:50:00Z",
         "finding": "ec2-no-addresses",
         "cause": "the subnet has too few free addresses: CreateNetworkInterface InsufficientFreeAddressesInSubnet, 3 since 11:50 UTC"},
         {"metric": "ipamdRecentRestarts", "value": 3, "since": "2026-11-28T11:58:00Z",
         "finding": "ipamd-restarts", "cause": "ipamD restarts again and again"}],
       "pending": {"minutes": 2, "bytes": 2900, "oldest": "2026-11-28T11:58:00Z"},
       "dropped": [{"reason": "INVALID", "datums": 2}, {"reason": "NO_ROOM", "datums": 30}],
       "destinations": [{"name": "cloudwatch", "region": "us-west-2", "namespace": "Kubernetes/CNI", "ready": true,
         "lastSuccess": "2026-11-28T11:57:00Z",
         "lastFailure": {"at": "2026-11-28T11:59:30Z", "outcome": "RETRYABLE", "code": "NO_ANSWER",
           "message": "PutMetricData into Kubernetes/CNI failed: refused; check the route to CloudWatch"}}]}
      """;

  private static final String FRESH =
      """
      {"agent": {"version": "1.2.3", "startedAt": "2026-11-28T12:00:10Z"},
       "node": {"nodeName": "node-a"},
       "problems": [], "metrics": [], "minutes": [], "increases": [], "trouble": [],
       "pending": {"minutes": 0, "bytes": 0}, "dropped": [],
       "destinations": [{"name": "cloudwatch", "namespace": "Kubernetes/CNI", "ready": false}]}
      """;

  @Test
  void nodeWithTroubleIsAsApproved() throws IOException {
    Goldens.check("status-trouble.txt", table(TROUBLE));
  }

  /** The first whole minute has not ended, but pods were refused in two minutes. */
  @Test
  void troubleOfTheLastPollIsShownBeforeTheFirstWholeMinute() throws IOException {
    String refused =
        FRESH.replace(
            "\"metrics\": []",
            """
            "metrics": [{"name": "noAddressMinutes", "kind": "gauge", "value": 2, "unit": "Count"},
                        {"name": "ipamdDownMinutes", "kind": "gauge", "value": 0, "unit": "Count"},
                        {"name": "awsAPIErr", "kind": "counter", "value": 3, "total": 3, "unit": "Count"}]\
            """);

    assertThat(table(refused).lines())
        .contains("Trouble    not yet for a whole minute; in the last poll noAddressMinutes is 2");
  }

  @Test
  void agentThatHasJustStartedIsAsApproved() throws IOException {
    Goldens.check("status-fresh.txt", table(FRESH));
  }

  @Test
  void linesHaveAtMostEightyColumns() throws IOException {
    assertThat(table(TROUBLE).lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void jsonIsTheUnchangedPage() {
    try (FakeIpamd agent = new FakeIpamd().serve("/status", TROUBLE)) {
      Terminal terminal = terminal(agent.introspectionUrl());

      assertThat(terminal.run("status", "--output=json")).isEqualTo(Cli.OK);
      assertThat(terminal.out()).isEqualTo(TROUBLE);
    }
  }

  @Test
  void tableIsTheDefault() {
    try (FakeIpamd agent = new FakeIpamd().serve("/status", FRESH)) {
      Terminal terminal = terminal(agent.introspectionUrl());

      assertThat(terminal.run("status")).isEqualTo(Cli.OK);
      assertThat(terminal.out()).startsWith("Node       node-a\n");
    }
  }

  @Test
  void noAgentIsAFailureWithTheRemedy() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      Terminal terminal = terminal(closed.url());

      assertThat(terminal.run("status")).isEqualTo(Cli.FAILED);
      assertThat(terminal.out()).isEmpty();
      assertThat(terminal.err())
          .contains("no agent answers at http://127.0.0.1:", "/status", "refused")
          .contains(
              "kubectl -n kube-system exec daemonset/cni-metrics-agent",
              "--health-address",
              "HEALTH_ADDRESS");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"AvailableCommands\": []}", "[]", "not JSON", ""})
  void anotherServerIsNoAgent(String body) {
    try (FakeIpamd other = new FakeIpamd().serve("/status", body)) {
      Terminal terminal = terminal(other.introspectionUrl());

      assertThat(terminal.run("status")).isEqualTo(Cli.FAILED);
      assertThat(terminal.err()).contains("/status (the answer does not come from an agent)");
    }
  }

  private static String table(String page) throws IOException {
    return StatusTable.of(AgentPage.of(page), NOW, Palette.PLAIN);
  }

  private static Terminal terminal(URI agent) {
    return new Terminal(Map.of("HEALTH_ADDRESS", "127.0.0.1:" + agent.getPort()));
  }
}
