package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.cnimetrics.simulator.HttpFault;
import io.cnimetrics.simulator.Scenario;
import io.cnimetrics.simulator.SimulatedIpamd;
import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.OpenSockets;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.StubCloudWatch;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests {@code run} of the distribution in a separate process with a configured identity. */
@Timeout(150)
class RunIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** The agent retries a refused request within a minute. */
  private static final Duration RETRIED = Duration.ofSeconds(75);

  private static final String SENDING = "Sender sending to CloudWatch: ";

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  @AutoClose private final StubCloudWatch cloudWatch = StubCloudWatch.start();
  private final HealthPages health = HealthPages.onFreePort();

  @Test
  void deniedCloudWatchIsNotReadyUntilItIsAllowed() {
    cloudWatch.refusing(403, "AccessDenied", "not authorized to perform PutMetricData");
    try (Running agent = agent().start()) {
      agent.awaitLog("outcome=UNAUTHORIZED");

      assertThat(health.await("/readyz", 503, LIMIT))
          .contains("CloudWatch has accepted no datums yet", "cloudwatch:PutMetricData");
      assertThat(health.await("/livez", 200, LIMIT)).isEqualTo("ok\n");

      cloudWatch.taking();
      health.await("/readyz", 200, RETRIED);
      agent.awaitLog(SENDING);
    }
  }

  @Test
  void outageOfCloudWatchIsReady() {
    Map<String, String> away = Map.of("AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:1");
    try (Running agent = agent().in(away).start()) {
      assertThat(agent.awaitLog("CloudWatch request failed")).contains("refused");

      assertThat(health.await("/readyz", 200, LIMIT)).isEqualTo("ok\n");
      assertThat(health.await("/livez", 200, LIMIT)).isEqualTo("ok\n");
    }
  }

  @Test
  void javaAgentInAVariableIsLoggedOnlyByAJvmThatLoadsIt() {
    String debugger = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0";
    AgentProcess injected =
        agent().in(Map.of("JAVA_TOOL_OPTIONS", debugger, "_JAVA_OPTIONS", "-Dmy.agent=none"));
    try (Running agent = injected.start()) {
      agent.awaitLog(SENDING);

      boolean jvm = agent.command().endsWith("/java");
      assertThat(agent.log().stream().filter(line -> line.contains(" loads a Java agent ")))
          .hasSize(jvm ? 1 : 0)
          .allMatch(line -> line.contains(" WARN ") && line.contains("JAVA_TOOL_OPTIONS"));
    }
  }

  @Test
  void listensOnlyOnItsHealthAddress() throws IOException {
    try (Running agent = agent().with("--prometheus").start()) {
      agent.awaitLog(SENDING);
      health.await("/readyz", 200, LIMIT);

      assertThat(OpenSockets.ports(agent.pid())).containsExactly(health.port());
    }
  }

  @Test
  void sigtermEndsTheAgentWithinTenSecondsIfEverythingHangs() throws IOException {
    Scenario hanging = Scenario.of("m5.xlarge").httpFault(HttpFault.parse("hang@all"));
    try (SimulatedIpamd hung =
            SimulatedIpamd.start(
                hanging, SimulatedIpamd.Ports.ANY, Duration.ZERO, InstantSource.system());
        ServerSocket silent = silentServer();
        Running agent =
            AgentProcess.of("run", "--cluster-id", "c", "--region", "eu-west-1")
                .reading(hung.introspectionUrl(), hung.metricsUrl())
                .with("--health-address", health.address())
                .in(cloudWatch.environment())
                .in(
                    Map.of(
                        "AWS_ENDPOINT_URL_CLOUDWATCH", "http://127.0.0.1:" + silent.getLocalPort()))
                .start();
        Socket asked = silent.accept()) {
      Result result = agent.stop();

      assertThat(asked.isConnected()).isTrue();
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.time()).isLessThan(Duration.ofSeconds(10));
      assertThat(result.err()).contains("Agent stopped: waiting_minutes=1");
    }
  }

  @Test
  @DisabledIfSystemProperty(
      named = "native",
      matches = "true",
      disabledReason = "an executable has all of its classes")
  void errorDuringTheStartIsAFailure() {
    Result result =
        agent().in(Map.of("JAVA_OPTS", "--limit-modules=java.naming,java.sql,java.xml")).run();

    assertThat(result.err()).contains("NoClassDefFoundError");
    assertThat(result.exitCode()).isEqualTo(1);
  }

  @Test
  void namespaceOfTheGoHelperIsOneWarning() {
    try (Running agent = agent().with("--namespace", "Kubernetes").start()) {
      agent.awaitLog(SENDING);

      Result result = agent.stop();
      assertThat(lines(result, " WARN "))
          .singleElement()
          .asString()
          .contains("namespace=Kubernetes is also used by AWS's cni-metrics-helper");
    }
  }

  @Test
  void usedHealthPortIsOneErrorAndRetried() throws IOException {
    ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    String taken = "127.0.0.1:" + other.getLocalPort();
    try (Running agent = agent(taken).in(cloudWatch.environment()).start()) {
      agent.awaitLog("health address=" + taken + " cannot be bound");
      agent.awaitLog(SENDING);

      other.close();
      agent.awaitLog("pages=[/livez, /readyz, /status]");
      assertThat(lines(agent.stop(), " ERROR ")).hasSize(1);
    }
  }

  @Test
  void jsonLogHasOneObjectPerLine() {
    try (Running agent = agent().in(Map.of("LOG_FORMAT", "json")).start()) {
      agent.awaitLog("sending to CloudWatch");

      assertThat(agent.stop().err().lines().map(RecordedNode::json))
          .allMatch(line -> line.has("timestamp") && line.has("logger") && line.has("thread"))
          .noneMatch(line -> line.get("message").asText().contains("{}"))
          .extracting((JsonNode line) -> line.get("level").asText())
          .containsOnly("INFO");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "403, AccessDenied",
    "403, SignatureDoesNotMatch",
    "400, InvalidParameterValue",
    "500, InternalFailure"
  })
  void credentialsAreNeverShown(int status, String code, @TempDir Path state) throws IOException {
    cloudWatch.refusingWithAnEcho(status, code);

    assertThat(outputWithPlantedCredentials(status, state))
        .contains(code)
        .doesNotContain("planted");
  }

  @Test
  void credentialsInAMalformedErrorAreNotShown(@TempDir Path state) throws IOException {
    cloudWatch.refusingWithABareEcho(403);

    assertThat(outputWithPlantedCredentials(403, state)).doesNotContain("planted");
  }

  /** Everything that an agent without permissions logs, serves and stores. */
  private String outputWithPlantedCredentials(int status, Path state) throws IOException {
    Map<String, String> planted =
        Map.of(
            "AWS_ACCESS_KEY_ID", "planted-key-id",
            "AWS_SECRET_ACCESS_KEY", "planted-secret",
            "AWS_SESSION_TOKEN", "planted-token");
    AgentProcess refused =
        agent()
            .in(planted)
            .with("--log-level", "TRACE", "--prometheus", "--state-dir", state.toString());
    try (Running agent = refused.start()) {
      agent.awaitLog("status " + status);
      StringBuilder seen = new StringBuilder();
      seen.append(health.await("/metrics", 200, LIMIT));
      health.get("/readyz").ifPresent(page -> seen.append(page.body()));
      Result result = agent.stop();
      seen.append(result.out()).append(result.err());

      assertThat(cloudWatch.requests().get(0).getHeader("X-Amz-Security-Token"))
          .isEqualTo("planted-token");
      return seen.append(kept(state)).toString();
    }
  }

  private static String kept(Path directory) throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      List<Path> files = entries.filter(Files::isRegularFile).toList();
      assertThat(files).isNotEmpty();
      StringBuilder kept = new StringBuilder();
      for (Path file : files) {
        kept.append(Files.readString(file, ISO_8859_1));
      }
      return kept.toString();
    }
  }

  @Test
  void withoutCloudWatchTheAgentServesMetricsAndSendsNothing() {
    AgentProcess unknown =
        AgentProcess.of("run", "--prometheus", "true")
            .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
            .with("--health-address", health.address())
            .in(cloudWatch.environment())
            .in(Map.of("USE_CLOUDWATCH", "false"));
    try (Running agent = unknown.start()) {
      health.await("/readyz", 200, LIMIT);

      assertThat(health.await("/metrics", 200, LIMIT))
          .containsPattern("\ncni_enis\\{[^}]*} 2.0\n")
          .containsPattern("\ncni_agent_starts_total\\{[^}]*} 1.0\n")
          .containsPattern("\ncni_agent_backlog_size\\{[^}]*} 0.0\n");
      agent.awaitLog("cluster=detected sends_to=none");
      assertThat(agent.stop().exitCode()).isZero();
      assertThat(cloudWatch.requests()).isEmpty();
    }
  }

  private AgentProcess agent() {
    return agent(health.address()).in(cloudWatch.environment());
  }

  private AgentProcess agent(String healthAddress) {
    return AgentProcess.of("run", "--cluster-id", "prod", "--region", "eu-west-1")
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--poll-interval", "10s", "--health-address", healthAddress);
  }

  /** Accepts connections and never answers. */
  private static ServerSocket silentServer() throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    server.setSoTimeout(Math.toIntExact(LIMIT.toMillis()));
    return server;
  }

  private static List<String> lines(Result result, String level) {
    return result.err().lines().filter(line -> line.contains(level)).toList();
  }
}
