package io.cnimetrics.health;

import static io.cnimetrics.testing.Eventually.threads;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cnimetrics.health.Page.Response;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.RecordedLog;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class HealthServerTest {
  private static final AgentHealth HEALTHY = new AgentHealth(List.of(), true, List.of());
  private static final InetSocketAddress ANY_PORT = loopback(0);

  private static final String OWN_POD = "cni-metrics-agent-x7k2p";

  @AutoClose private final RecordedLog log = new RecordedLog("io.cnimetrics.health");
  private Optional<String> pod = Optional.of(OWN_POD);
  private volatile AgentHealth health = HEALTHY;

  @Test
  void healthyAgentIsLiveAndReady() throws Exception {
    try (HealthServer server = serving(Map.of())) {
      assertThat(Client.of(server).get("/livez"))
          .returns(200, Client.Reply::status)
          .returns("ok\n", Client.Reply::body);
      assertThat(Client.of(server).get("/readyz").status()).isEqualTo(200);
    }
  }

  @Test
  void agentThatIsNotReadyGivesTheReasonAndIsLive() throws Exception {
    health =
        new AgentHealth(
            List.of(),
            false,
            List.of(
                "CloudWatch has accepted no datums yet: no AWS credentials found: configure some"));
    try (HealthServer server = serving(Map.of())) {
      assertThat(Client.of(server).get("/livez").status()).isEqualTo(200);
      assertThat(Client.of(server).get("/readyz"))
          .returns(503, Client.Reply::status)
          .returns(
              """
              the first poll has not finished yet: wait for its end
              CloudWatch has accepted no datums yet: no AWS credentials found: configure some
              """,
              Client.Reply::body);
    }
  }

  @Test
  void everyResponseNamesThePod() throws Exception {
    health = new AgentHealth(List.of(), false, List.of());
    try (HealthServer server = serving(Map.of())) {
      for (String path : List.of("/livez", "/readyz", "/nothing")) {
        assertThat(Client.of(server).get(path).headers()).containsEntry("pod-name", OWN_POD);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\r\nSet-Cookie: b", "Pod", "a b", "\u00e9"})
  void textThatIsNoPodNameIsNotSent(String text) throws Exception {
    pod = Optional.of(text);
    assertThat(get("/livez"))
        .returns(200, Client.Reply::status)
        .satisfies(
            reply -> assertThat(reply.headers()).doesNotContainKeys("pod-name", "set-cookie"));
  }

  @Test
  void changeOfAProbeIsLoggedOnce() throws Exception {
    try (HealthServer server = serving(Map.of())) {
      Client client = Client.of(server);
      for (boolean polled : new boolean[] {false, false, true, true, false}) {
        health = new AgentHealth(List.of(), polled, List.of());
        client.get("/readyz");
      }
    }

    assertThat(log.lines())
        .filteredOn(line -> line.contains("probe="))
        .containsExactly(
            "INFO probe=/readyz good=true",
            "WARN probe=/readyz good=false complaints=[the first poll has not finished yet: wait"
                + " for its end]");
  }

  @Test
  void pagesGetTheAcceptHeader() throws Exception {
    try (HealthServer server =
        serving(Map.of("/page", accept -> Response.text(200, "<" + accept + ">")))) {
      Client client = Client.of(server);

      assertThat(client.get("/page").body()).isEqualTo("<>");
      assertThat(client.get("/page", "Accept: a/b", "accept: c/d;q=1").body())
          .isEqualTo("<a/b,c/d;q=1>");
    }
  }

  @Test
  void queryIsIgnored() throws Exception {
    assertThat(get("/livez?verbose=1&x=%20").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "BREW"})
  void onlyGetIsAnswered(String method) throws Exception {
    try (HealthServer server = serving(Map.of())) {
      assertThat(Client.of(server).send(method + " /livez HTTP/1.1\r\nHost: a\r\n\r\n"))
          .returns(405, Client.Reply::status)
          .returns("GET", reply -> reply.headers().get("allow"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/livez/", "/livezz", "/LIVEZ", "/a/livez", "/%2e"})
  void unknownPathGetsTheListOfPages(String path) throws Exception {
    assertThat(get(path))
        .returns(404, Client.Reply::status)
        .returns("no such page; the pages are /livez, /readyz\n", Client.Reply::body);
  }

  @Test
  void metricsThatAreOffGiveTheFlagThatTurnsThemOn() throws Exception {
    assertThat(get("/metrics"))
        .returns(404, Client.Reply::status)
        .extracting(Client.Reply::body)
        .asString()
        .endsWith("; /metrics needs --prometheus=true (USE_PROMETHEUS)\n");
  }

  @Test
  void pageThatFailsIsAnErrorAndLogged() throws Exception {
    Page failing =
        accept -> {
          throw new IllegalStateException("a bug");
        };
    try (HealthServer server = serving(Map.of("/page", failing))) {
      assertThat(Client.of(server).get("/page").status()).isEqualTo(500);
    }

    assertThat(log.lines()).endsWith("ERROR path=/page failed");
  }

  @Test
  void portInUseIsLoggedOnceAndRetried() throws Exception {
    ServerSocket taker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    try (HealthServer server = serving(loopback(taker.getLocalPort()))) {
      Eventually.holds("an error", () -> !log.lines().isEmpty());
      // This time is enough for more attempts, and every attempt fails.
      assertThat(server.listening()).failsWithin(Duration.ofMillis(200));
      taker.close();

      assertThat(Client.of(server).get("/livez").status()).isEqualTo(200);
      String address = "health address=127.0.0.1:" + taker.getLocalPort();
      assertThat(log.lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .startsWith("ERROR " + address)
                      .contains("in use", "--health-address", "HEALTH_ADDRESS"),
              line -> assertThat(line).isEqualTo("INFO " + address + " pages=[/livez, /readyz]"));
    }
  }

  @Test
  void waitingForThePortEndsWithTheServer() throws Exception {
    ServerSocket taker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    HealthServer server = serving(loopback(taker.getLocalPort()));
    Eventually.holds("an error", () -> !log.lines().isEmpty());
    server.close();
    taker.close();

    Eventually.holds("its threads end", () -> threads("health").isEmpty());
    assertThat(server.listening()).isNotDone();
  }

  @Test
  void unknownHostIsLoggedAndRetried() {
    try (HealthServer server =
        serving(InetSocketAddress.createUnresolved("no-such-host.invalid", 1))) {
      Eventually.holds("an error", () -> !log.lines().isEmpty());

      assertThat(log.lines().get(0)).contains("no-such-host.invalid:1", "unknown host");
      assertThat(server.listening()).isNotDone();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "0.0.0.0", "::1", "::"})
  void addressOfEveryKindIsListenedOn(String host) throws Exception {
    assumeThat(host.contains(":") && !hasIpv6()).isFalse();
    try (HealthServer server = serving(InetSocketAddress.createUnresolved(host, 0))) {
      int port = server.listening().get(5, TimeUnit.SECONDS).getPort();
      String client = host.equals("0.0.0.0") ? "127.0.0.1" : host.equals("::") ? "::1" : host;

      assertThat(new Client(new InetSocketAddress(client, port)).get("/livez").status())
          .isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Max open files            1024                 4096                 files, 256",
    "Max open files            64                   64                   files, 16",
    "Max open files            1048576              1048576              files, 1100",
    "Max open files            unlimited            unlimited            files, 1100",
    "Max processes             100                  100                  processes, 1100"
  })
  void connectionsLeaveFileDescriptorsForPollsAndSends(
      String line, int most, @TempDir Path directory) throws IOException {
    Path limits = Files.writeString(directory.resolve("limits"), "Limit\n" + line + "     \n");
    assertThat(HealthServer.mostConnections(limits)).isEqualTo(most);
    assertThat(HealthServer.mostConnections(directory.resolve("none"))).isEqualTo(1100);
  }

  @Test
  void closedServerAcceptsNoConnectionAndLeavesNoThread() throws Exception {
    HealthServer server = serving(Map.of());
    Client client = Client.of(server);
    client.get("/livez");
    server.close();
    server.close();

    assertThatThrownBy(() -> client.get("/livez")).isInstanceOf(ConnectException.class);
    Eventually.holds("its threads end", () -> threads("health").isEmpty());
  }

  @Test
  void serverKeepsNoProcessAlive() throws Exception {
    try (HealthServer server = serving(Map.of())) {
      Client.of(server).get("/livez");

      assertThat(threads("health")).allMatch(Thread::isDaemon);
      assertThat(threads("HTTP-Dispatcher")).isNotEmpty().allMatch(Thread::isDaemon);
    }
  }

  /** The reply of a new server without further pages. */
  private Client.Reply get(String path) throws Exception {
    try (HealthServer server = serving(Map.of())) {
      return Client.of(server).get(path);
    }
  }

  private HealthServer serving(Map<String, Page> pages) {
    return start(ANY_PORT, pages);
  }

  private HealthServer serving(InetSocketAddress address) {
    return start(address, Map.of());
  }

  private HealthServer start(InetSocketAddress address, Map<String, Page> pages) {
    HealthServer server =
        new HealthServer(address, pod, () -> health, pages, Duration.ofMillis(20));
    server.start();
    return server;
  }

  private static InetSocketAddress loopback(int port) {
    return InetSocketAddress.createUnresolved("127.0.0.1", port);
  }

  private static boolean hasIpv6() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .anyMatch(address -> address instanceof Inet6Address && address.isLoopbackAddress());
  }
}
