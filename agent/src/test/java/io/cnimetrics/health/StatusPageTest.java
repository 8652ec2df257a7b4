package io.cnimetrics.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.catalog.Metric.Unit;
import io.cnimetrics.catalog.MetricCatalog;
import io.cnimetrics.catalog.RecentIncrease;
import io.cnimetrics.catalog.Sample;
import io.cnimetrics.publish.MetricBuffer;
import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MinuteValue;
import io.cnimetrics.publish.SendEvents.DropReason;
import io.cnimetrics.publish.Sender.Answers;
import io.cnimetrics.publish.Sender.Failure;
import io.cnimetrics.snapshot.Instance;
import io.cnimetrics.snapshot.NodeIdentity;
import io.cnimetrics.snapshot.Problem;
import io.cnimetrics.snapshot.Reason;
import io.cnimetrics.snapshot.Source;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.Snapshots;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class StatusPageTest {
  private static final Instant NOON = Instant.parse("2026-11-28T12:00:00Z");

  @Test
  void documentHasAllFields() {
    assertThat(page(full()).get("").contentType()).isEqualTo("application/json");
    assertThat(json(full()))
        .isEqualTo(
            RecordedNode.json(
                """
                {
                  "agent": {"version": "1.2.3", "startedAt": "2026-11-28T11:00:00Z", "pod": "agent-x"},
                  "node": {"clusterId": "prod", "region": "us-west-2", "nodeName": "node-a",
                    "instanceId": "i-1", "instanceType": "m5.large", "cniVersion": "v1.23.1"},
                  "lastPoll": {"at": "2026-11-28T12:00:00Z", "result": "failed"},
                  "problems": [{"source": "introspection", "reason": "TIMEOUT",
                    "message": "no answer; restart aws-node"}],
                  "metrics": [
                    {"name": "assignIPAddresses", "kind": "gauge", "value": 12, "unit": "Count"},
                    {"name": "ipamdErr", "kind": "counter", "value": 2.5, "total": 7, "unit": "Count"}],
                  "minutes": [{"minute": "2026-11-28T11:59:00Z",
                    "values": {"assignIPAddresses": 12, "nodeIPUtilization": 41.5}}],
                  "counters": {"readSince": "2026-11-28T11:00:00Z", "readUntil": "2026-11-28T12:00:00Z"},
                  "increases": [{"counter": "awscni_no_available_ip_addresses", "amount": 9,
                    "since": "2026-11-28T11:50:00Z", "last": "2026-11-28T12:00:00Z", "total": 12}],
                  "trouble": [{"metric": "noAddressMinutes", "value": 10, "since": "2026-11-28T11:50:00Z",
                    "finding": "cooldown", "cause": "pods wait"}],
                  "pending": {"minutes": 2, "bytes": 900, "oldest": "2026-11-28T11:58:00Z"},
                  "dropped": [{"reason": "NO_ROOM", "datums": 30}],
                  "destinations": [{"name": "cloudwatch", "region": "us-west-2",
                    "namespace": "Kubernetes/CNI", "ready": true, "lastSuccess": "2026-11-28T11:57:00Z",
                    "lastFailure": {"at": "2026-11-28T11:58:00Z", "outcome": "UNAUTHORIZED",
                      "code": "AccessDenied", "message": "no rights; allow it",
                      "fact": "no rights", "remedy": "allow it"}}]
                }
                """));
  }

  @Test
  void unknownValuesAreAbsentAndListsAreNot() {
    assertThat(json(fresh()))
        .isEqualTo(
            RecordedNode.json(
                """
                {
                  "agent": {"version": "1.2.3", "startedAt": "2026-11-28T12:00:00Z", "pod": "agent-x"},
                  "node": {"nodeName": "node-a"},
                  "problems": [], "metrics": [], "minutes": [], "increases": [], "trouble": [],
                  "pending": {"minutes": 0, "bytes": 0}, "dropped": [],
                  "destinations": [{"name": "cloudwatch", "namespace": "Kubernetes/CNI", "ready": false}]
                }
                """));
  }

  @Test
  void onlyLoopbackIsAnsweredIfTheServerListensOnAllAddresses() throws Exception {
    InetAddress other = addressOfThisHost();
    try (HealthServer server = serving("0.0.0.0")) {
      int port = server.listening().get(5, TimeUnit.SECONDS).getPort();

      assertThat(client("127.0.0.1", port).get("/status").status()).isEqualTo(200);
      Client elsewhere = client(other.getHostAddress(), port);
      assertThat(elsewhere.get("/livez").status()).isEqualTo(200);
      assertThat(elsewhere.get("/status"))
          .returns(403, Client.Reply::status)
          .returns(
              "/status answers only requests from loopback addresses; run 'cni-metrics-agent"
                  + " status' in the agent's pod\n",
              Client.Reply::body);
    }
  }

  @Test
  void loopbackIsAnsweredIfTheServerListensOnAnotherAddress() throws Exception {
    InetAddress other = addressOfThisHost();
    try (HealthServer server = serving(other.getHostAddress())) {
      int port = server.listening().get(5, TimeUnit.SECONDS).getPort();

      assertThat(client(other.getHostAddress(), port).get("/status").status()).isEqualTo(403);
      assertThat(awaited(client("127.0.0.1", port)).status()).isEqualTo(200);
    }
  }

  /** The server listens on loopback a little later. */
  private static Client.Reply awaited(Client client) throws IOException {
    for (int tries = 0; ; tries++) {
      try {
        return client.get("/status");
      } catch (IOException e) {
        if (tries > 100_000) {
          throw e;
        }
      }
    }
  }

  private static InetAddress addressOfThisHost() throws IOException {
    Optional<InetAddress> address =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(any -> any instanceof Inet4Address && !any.isLoopbackAddress())
            .findFirst();
    assumeThat(address).isPresent();
    return address.orElseThrow();
  }

  private static HealthServer serving(String host) {
    HealthServer server =
        new HealthServer(
            InetSocketAddress.createUnresolved(host, 0),
            Optional.empty(),
            () -> new AgentHealth(List.of(), true, List.of()),
            Map.of(StatusPage.PATH, page(fresh())),
            Duration.ofMillis(20));
    server.start();
    return server;
  }

  private static Client client(String host, int port) {
    return new Client(new InetSocketAddress(host, port));
  }

  private static JsonNode json(AgentStatus status) {
    return RecordedNode.json(page(status).get("").body());
  }

  private static StatusPage page(AgentStatus status) {
    return new StatusPage("1.2.3", Optional.of("agent-x"), () -> status);
  }

  private static AgentStatus fresh() {
    return new AgentStatus(
        NOON,
        new NodeIdentity("node-a", Optional.empty(), Optional.empty(), Instance.UNKNOWN),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        new MetricBuffer.Depth(0, 0, Optional.empty()),
        Map.of(),
        List.of(
            new AgentStatus.ReceiverStatus(
                "cloudwatch",
                Optional.empty(),
                Optional.of("Kubernetes/CNI"),
                Optional.empty(),
                Optional.empty())));
  }

  private static AgentStatus full() {
    Instant start = NOON.minusSeconds(3_600);
    PutResult denied =
        new PutResult(
            PutResult.Status.UNAUTHORIZED,
            Optional.empty(),
            "AccessDenied",
            "no rights",
            "allow it");
    return new AgentStatus(
        start,
        new NodeIdentity(
            "node-a",
            Optional.of("prod"),
            Optional.of("us-west-2"),
            Snapshots.instance("i-1", "m5.large", "us-west-2", "us-west-2a")),
        Optional.of("v1.23.1"),
        Optional.of(new AgentStatus.LastPoll(NOON, false)),
        List.of(new Problem(Source.INTROSPECTION, Reason.TIMEOUT, "no answer", "restart aws-node")),
        List.of(
            new Sample(
                MetricCatalog.ASSIGN_IP_ADDRESSES, OptionalDouble.of(12), OptionalDouble.empty()),
            new Sample(MetricCatalog.IPAMD_ERR, OptionalDouble.of(2.5), OptionalDouble.of(7))),
        List.of(
            new AgentStatus.Minute(
                NOON.minusSeconds(60),
                List.of(
                    new MinuteValue("assignIPAddresses", Unit.COUNT, 12),
                    new MinuteValue("nodeIPUtilization", Unit.PERCENT, 41.5)))),
        Optional.of(new AgentStatus.Reads(start, NOON)),
        List.of(
            new RecentIncrease("awscni_no_available_ip_addresses", 9, NOON.minusSeconds(600), NOON)
                .counted(12)),
        List.of(
            new AgentStatus.Trouble(
                new MinuteValue("noAddressMinutes", Unit.MINUTES, 10),
                NOON.minusSeconds(600),
                Optional.of("pods wait"),
                Optional.of("cooldown"))),
        new MetricBuffer.Depth(2, 900, Optional.of(NOON.minusSeconds(120))),
        Map.of(DropReason.NO_ROOM, 30L),
        List.of(
            new AgentStatus.ReceiverStatus(
                "cloudwatch",
                Optional.of("us-west-2"),
                Optional.of("Kubernetes/CNI"),
                Optional.empty(),
                Optional.of(
                    new Answers(
                        Optional.of(NOON.minusSeconds(180)),
                        Optional.of(new Failure(NOON.minusSeconds(120), denied)))))));
  }
}
