package io.cnimetrics.simulator;

import static io.cnimetrics.simulator.Nodes.pods;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class SimulatedIpamdTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int TIMEOUT_MILLIS = 300;

  private final AtomicReference<Instant> now = new AtomicReference<>(START);
  private final InstantSource clock = now::get;

  @Test
  void introspectionIsPlainTextInChunks() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      HttpURLConnection answer = get(ipamd.introspectionUrl() + "/v1/enis");

      assertThat(answer.getResponseCode()).isEqualTo(200);
      assertThat(answer.getContentType()).isEqualTo("text/plain; charset=utf-8");
      assertThat(answer.getHeaderField("Transfer-Encoding")).isEqualTo("chunked");
      assertThat(text(answer)).startsWith("{\"0\":{\"TotalIPs\":56,\"AssignedIPs\":56,");
    }
  }

  @Test
  void unknownPathReturnsTheListOfPaths() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      HttpURLConnection answer = get(ipamd.introspectionUrl() + "/v2/enis");

      assertThat(answer.getResponseCode()).isEqualTo(200);
      assertThat(text(answer)).startsWith("{\"AvailableCommands\":[\"/v1/enis\",");
    }
  }

  @Test
  void settingsAreThoseOfTheScenario() throws IOException {
    try (SimulatedIpamd ipamd = start(full().warmTargets(new Scenario.WarmTargets(1, 3, 0, 1)))) {
      assertThat(text(get(ipamd.introspectionUrl() + "/v1/ipamd-env-settings")))
          .isEqualTo(
              "{\"AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG\":false,"
                  + "\"AWS_MANAGE_ENIS_NON_SCHEDULABLE\":false,\"ENABLE_SUBNET_DISCOVERY\":true,"
                  + "\"WARM_ENI_TARGET\":1,\"WARM_IP_TARGET\":3}");
    }
  }

  @Test
  void metricsAreZippedForClientsThatOfferIt() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      HttpURLConnection plain = get(ipamd.metricsUrl());
      HttpURLConnection offering = open(ipamd.metricsUrl());
      offering.setRequestProperty("Accept-Encoding", "gzip");
      byte[] zipped = offering.getInputStream().readAllBytes();

      assertThat(plain.getContentEncoding()).isNull();
      assertThat(offering.getContentEncoding()).isEqualTo("gzip");
      assertThat(offering.getContentType())
          .isEqualTo("text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
      assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped)).readAllBytes())
          .asString(UTF_8)
          .isEqualTo(text(plain));
    }
  }

  @Test
  void nodeAndProcessAreAsOldAsTheWarmUp() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      assertThat(ipamd.state().assigned()).isEqualTo(56);
      assertThat(text(get(ipamd.metricsUrl()))).contains(processStart(START.minusSeconds(120)));
    }
  }

  @Test
  void modelFollowsTheClockTimesTheSpeed() throws IOException {
    Scenario scenario = pods("0:40:1").speed(60);
    try (SimulatedIpamd ipamd =
        SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, Duration.ZERO, clock)) {
      assertThat(ipamd.state().assigned()).isZero();

      now.set(START.plusSeconds(2));

      assertThat(ipamd.state().assigned()).isEqualTo(40);
    }
  }

  @Test
  void restartIsANewProcess() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      now.set(START.plusSeconds(30));

      ipamd.restart();

      assertThat(text(get(ipamd.metricsUrl())))
          .contains(processStart(START.plusSeconds(30)))
          .contains("\nawscni_add_ip_req_count 0\n")
          .contains("\nawscni_assigned_ip_addresses 56\n");
    }
  }

  @Test
  void refusingEndpointRefusesConnections() throws IOException {
    try (SimulatedIpamd ipamd = failing("refuse@introspection")) {
      assertThatThrownBy(() -> text(get(ipamd.introspectionUrl() + "/v1/enis")))
          .isInstanceOf(ConnectException.class);
      assertThat(get(ipamd.metricsUrl()).getResponseCode()).isEqualTo(200);
    }
  }

  @Test
  void temporaryRefusalClosesConnectionsWithoutAnAnswer() throws IOException {
    try (SimulatedIpamd ipamd = failing("refuse@metrics:10-20")) {
      assertThat(get(ipamd.metricsUrl()).getResponseCode()).isEqualTo(200);
      now.set(START.plusSeconds(10));
      assertThatThrownBy(() -> text(get(ipamd.metricsUrl()))).isInstanceOf(SocketException.class);
      now.set(START.plusSeconds(20));
      assertThat(get(ipamd.metricsUrl()).getResponseCode()).isEqualTo(200);
    }
  }

  @Test
  void hungRequestsDoNotBlockOthers() throws IOException {
    try (SimulatedIpamd ipamd = failing("hang@metrics:0-10")) {
      List<HttpURLConnection> hung = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        HttpURLConnection request = open(ipamd.metricsUrl());
        request.setReadTimeout(50);
        assertThatThrownBy(request::getResponseCode).isInstanceOf(SocketTimeoutException.class);
        hung.add(request);
      }

      assertThat(get(ipamd.introspectionUrl() + "/v1/enis").getResponseCode()).isEqualTo(200);
      now.set(START.plusSeconds(10));
      assertThat(get(ipamd.metricsUrl()).getResponseCode()).isEqualTo(200);
      hung.forEach(HttpURLConnection::disconnect);
    }
  }

  @Test
  void closeEndsHungRequests() throws Exception {
    SimulatedIpamd ipamd = failing("hang");
    try (Socket client = connect(ipamd.metricsUrl())) {
      client.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(UTF_8));
      client.setSoTimeout(50);
      assertThatThrownBy(() -> client.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);

      ipamd.close();

      client.setSoTimeout(5000);
      assertThat(endOf(client)).isTrue();
    }
  }

  @Test
  void serverErrorHasStatus500() throws IOException {
    try (SimulatedIpamd ipamd = failing("500@introspection")) {
      assertThat(get(ipamd.introspectionUrl() + "/v1/enis").getResponseCode()).isEqualTo(500);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/v1/enis", "/v1/ipamd-env-settings"})
  void truncatedBodyEndsBeforeItsAnnouncedLength(String path) throws IOException {
    try (SimulatedIpamd ipamd = failing("truncate")) {
      HttpURLConnection answer = get(ipamd.introspectionUrl() + path);

      assertThat(answer.getResponseCode()).isEqualTo(200);
      assertThat(receivedBytes(answer)).isBetween(1, answer.getContentLength() - 1);
    }
  }

  @Test
  void garbageIsNotTheFormat() throws IOException {
    try (SimulatedIpamd ipamd = failing("garbage")) {
      assertThat(text(get(ipamd.introspectionUrl() + "/v1/enis"))).startsWith("\0").isNotBlank();
      assertThat(text(get(ipamd.metricsUrl()))).doesNotContain("awscni");
    }
  }

  @Test
  void nothingListensIfIpamdEndedAtItsStart() throws IOException {
    Ec2Fault denied = Ec2Fault.of("UnauthorizedOperation", Ec2Fault.ANY_CALL, Duration.ZERO);
    try (SimulatedIpamd ipamd = start(full().ec2Fault(denied))) {
      for (String url : List.of(ipamd.introspectionUrl(), ipamd.metricsUrl())) {
        assertThatThrownBy(() -> get(url)).isInstanceOf(ConnectException.class);
      }
    }
  }

  @Test
  void portInUseIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      SimulatedIpamd.Ports ports = new SimulatedIpamd.Ports(0, taken.getLocalPort());

      assertThatExceptionOfType(UncheckedIOException.class)
          .isThrownBy(() -> SimulatedIpamd.start(full(), ports, Duration.ZERO, clock))
          .withMessageContaining("port " + taken.getLocalPort())
          .withMessageContaining("metrics");
    }
  }

  @Test
  void closeRightAfterTheStartIsNoError() {
    List<Throwable> errors = new CopyOnWriteArrayList<>();
    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> errors.add(error));
    try {
      for (int i = 0; i < 200; i++) {
        start(full()).close();
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
    }

    assertThat(errors).isEmpty();
  }

  @Test
  void nothingListensOrRunsAfterClose() throws IOException {
    SimulatedIpamd ipamd = start(full());
    String url = ipamd.metricsUrl();
    get(url).getResponseCode();

    ipamd.close();

    assertThatThrownBy(() -> get(url).getResponseCode()).isInstanceOf(ConnectException.class);
  }

  @Test
  void allThreadsAreDaemons() throws IOException {
    try (SimulatedIpamd ipamd = start(full())) {
      get(ipamd.metricsUrl()).getResponseCode();

      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(
              thread ->
                  thread.getName().startsWith("HTTP-Dispatcher")
                      || thread.getName().startsWith("simulated-ipamd"))
          .isNotEmpty()
          .allMatch(Thread::isDaemon);
    }
  }

  private static Scenario full() {
    return pods("100");
  }

  private SimulatedIpamd start(Scenario scenario) {
    return SimulatedIpamd.start(scenario, SimulatedIpamd.Ports.ANY, Duration.ofMinutes(2), clock);
  }

  private SimulatedIpamd failing(String fault) {
    return start(full().httpFault(HttpFault.parse(fault)));
  }

  private static String processStart(Instant start) {
    return "\nprocess_start_time_seconds "
        + MetricsText.number((double) start.getEpochSecond())
        + "\n";
  }

  private static HttpURLConnection get(String url) throws IOException {
    HttpURLConnection connection = open(url);
    connection.getResponseCode();
    return connection;
  }

  private static HttpURLConnection open(String url) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    connection.setConnectTimeout(TIMEOUT_MILLIS);
    connection.setReadTimeout(5000);
    connection.setRequestProperty("Connection", "close");
    return connection;
  }

  private static String text(HttpURLConnection connection) throws IOException {
    return new String(connection.getInputStream().readAllBytes(), UTF_8);
  }

  /** Counts the received bytes. If the body is too short, some JDKs throw an exception. */
  private static int receivedBytes(HttpURLConnection connection) throws IOException {
    int received = 0;
    try (InputStream body = connection.getInputStream()) {
      while (body.read() >= 0) {
        received++;
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("Premature EOF");
    }
    return received;
  }

  private static Socket connect(String url) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), URI.create(url).getPort());
  }

  private static boolean endOf(Socket client) throws IOException {
    try {
      return client.getInputStream().read() == -1;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (SocketException e) {
      return true;
    }
  }
}
