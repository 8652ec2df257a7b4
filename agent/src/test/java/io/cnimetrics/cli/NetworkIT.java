package io.cnimetrics.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.ConnectProxy;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RecordedNode;
import io.cnimetrics.testing.TlsServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests the distribution on a network whose only way to AWS is a proxy. AWS is a TLS server with
 * the names of AWS, which only the proxy resolves. Credentials come from STS (IRSA).
 */
class NetworkIT {
  private static final String PASSWORD = "pl@nted";
  private static final String ENCODED = "pl%40nted";
  private static final String LOGIN =
      "Basic " + Base64.getEncoder().encodeToString(("user:" + PASSWORD).getBytes(UTF_8));

  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration NEXT_SEND = Duration.ofSeconds(150);

  @TempDir static Path folder;
  @AutoClose private static TlsServer aws;

  @AutoClose private final FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
  private final HealthPages health = HealthPages.onFreePort();
  @AutoClose private ConnectProxy proxy;

  @BeforeAll
  static void startAws() throws IOException, GeneralSecurityException {
    aws =
        new TlsServer(folder)
            .answering(
                "sts",
                """
                <AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
                <AccessKeyId>key-of-sts</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
                <SessionToken>token</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration>\
                </Credentials></AssumeRoleWithWebIdentityResult>\
                </AssumeRoleWithWebIdentityResponse>\
                """);
    Files.writeString(folder.resolve("token"), "planted.web.identity");
  }

  @BeforeEach
  void startProxy() throws IOException {
    proxy = new ConnectProxy(aws.address());
  }

  @Test
  void agentPublishesThroughAProxyWithALogin() throws IOException {
    proxy.requiring(LOGIN);
    try (ConnectProxy plain = new ConnectProxy(aws.address());
        Running agent =
            agent("run", "--log-level=DEBUG")
                .in(Map.of("HTTP_PROXY", plain.address(), "NO_PROXY", "10.0.0.0/8, .internal"))
                .start()) {
      agent.awaitLog("Sender sending to CloudWatch: ");
      String status = health.await("/status", 200, LIMIT);

      assertThat(proxy.heads())
          .allMatch(head -> head.contains("Proxy-Authorization: " + LOGIN + "\r\n"))
          .extracting(NetworkIT::host)
          .contains("sts.us-east-1.amazonaws.com:443", "monitoring.us-east-1.amazonaws.com:443");
      assertThat(plain.heads()).isEmpty();
      Result result = agent.stop();
      assertThat(result.exitCode()).isZero();
      assertThat(result.out() + result.err() + status)
          .doesNotContain(PASSWORD, ENCODED, LOGIN, LOGIN.substring(6));
    }
  }

  @Test
  void logProbeAndDoctorNameAProxyThatRejectsTheLogin() {
    proxy.requiring("Basic other");
    try (Running agent = agent("run").start()) {
      String logged = agent.awaitLog("Sender CloudWatch request failed");
      String probe = health.await("/readyz", 503, LIMIT);
      Result doctor = agent("doctor", "--output=json").run();

      for (String text : List.of(logged, probe, doctor.out())) {
        assertThat(text)
            .contains("the proxy http://" + proxy.address() + " of HTTPS_PROXY", "407")
            .contains("http://USER:PASSWORD@HOST:PORT", "NO_PROXY")
            .doesNotContain(PASSWORD, ENCODED, LOGIN.substring(6));
      }
      assertThat(doctor.out()).contains("grep -A 1 PROXY").doesNotContain("Attach iam-policy");
    }
  }

  @Test
  void proxyThatRefusesConnectDoesNotMakeThePodUnready() {
    proxy.refusing("502 Bad Gateway");
    try (Running agent = agent("run").start()) {
      assertThat(agent.awaitLog("Sender CloudWatch request failed"))
          .contains(
              "outcome=RETRYABLE", "IRSA", proxy.address(), "answered CONNECT with status 502");
      assertThat(health.await("/readyz", 200, LIMIT)).isNotEmpty();
    }
  }

  /** An agent sends by OTLP for the first time after the first whole minute. */
  @Test
  void otlpGoesThroughTheProxyToo() {
    proxy.requiring(LOGIN);
    try (Running agent =
        agent("run", "--cloudwatch=false", "--otlp-endpoint=" + aws.url("otlp") + "/v1/metrics")
            .start()) {
      Eventually.holds("a request", NEXT_SEND, () -> !proxy.heads().isEmpty());
      assertThat(agent.isRunning()).isTrue();
      assertThat(proxy.heads()).allMatch(head -> head.startsWith("CONNECT otlp.private.test:"));
    }
  }

  @Test
  void unusableProxyEndsAnAgentThatSendsOnlyByOtlp() {
    Result result =
        agent("run", "--cloudwatch=false", "--otlp-endpoint=https://otlp.private.test/v1/metrics")
            .in(Map.of("HTTPS_PROXY", "socks5://user:pl%40nted@proxy:1080"))
            .run();

    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains("HTTPS_PROXY").doesNotContain("pl%40nted");
  }

  @ParameterizedTest
  @CsvSource({
    "socks5://user:pl%40nted@proxy:1080, http and not with this scheme",
    "http://user:pl%40nted@proxy:none, not a host with a port"
  })
  void unusableProxyEndsTheAgentWithTheReason(String value, String reason) {
    Result result = agent("run").in(Map.of("HTTPS_PROXY", value)).run();

    assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).contains("HTTPS_PROXY", reason).doesNotContain("pl%40nted");
  }

  @ParameterizedTest
  @CsvSource({
    "true, false, monitoring-fips.us-east-1.amazonaws.com, sts-fips.us-east-1.amazonaws.com,"
        + " ec2-fips.us-east-1.amazonaws.com",
    "false, true, monitoring.us-east-1.api.aws, sts.us-east-1.api.aws, ec2.us-east-1.api.aws",
    "true, true, monitoring-fips.us-east-1.api.aws, sts-fips.us-east-1.api.aws,"
        + " ec2-fips.us-east-1.api.aws"
  })
  void fipsAndDualStackSelectTheNamesOfAllServices(
      String fips, String dualStack, String cloudWatch, String sts, String ec2) {
    Result result =
        agent("doctor", "--output=json", "--send-test", "--subnets")
            .in(Map.of("AWS_USE_FIPS_ENDPOINT", fips, "AWS_USE_DUALSTACK_ENDPOINT", dualStack))
            .run();

    assertThat(result.out()).contains("CloudWatch accepts the test datum");
    assertThat(proxy.heads().stream().map(NetworkIT::host).collect(Collectors.toSet()))
        .containsExactlyInAnyOrder(cloudWatch + ":443", sts + ":443", ec2 + ":443");
  }

  @Test
  void privateEndpointsByNameAreUsedAndTheirLoginIsNotShown() {
    Map<String, String> endpoints = new HashMap<>();
    for (String service : List.of("CLOUDWATCH", "STS", "EC2")) {
      String name = service.toLowerCase(Locale.ROOT);
      endpoints.put(
          "AWS_ENDPOINT_URL_" + service,
          aws.url(name).replace("https://", "https://user:" + ENCODED + "@") + "/base/");
    }
    Result result =
        agent("doctor", "--output=json", "--send-test", "--subnets").in(endpoints).run();

    assertThat(result.out() + result.err())
        .contains("CloudWatch accepts the test datum", aws.url("cloudwatch"), aws.url("ec2"))
        .doesNotContain(ENCODED, PASSWORD);
    assertThat(proxy.heads())
        .extracting(NetworkIT::host)
        .allMatch(host -> host.contains(".private.test:"));
    assertThat(aws.requests())
        .filteredOn(request -> request.matches("POST \\w+\\.private\\.test.*"))
        .hasSizeGreaterThan(2)
        .allMatch(request -> request.contains("/base/"));
  }

  private AgentProcess agent(String... arguments) {
    String trust =
        aws.trustProperties().entrySet().stream()
            .map(property -> "-D%s=%s".formatted(property.getKey(), property.getValue()))
            .collect(Collectors.joining(" "));
    return AgentProcess.of(arguments)
        .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
        .with("--cluster-id=c", "--region=us-east-1", "--health-address=" + health.address())
        .in(
            Map.of(
                "JAVA_OPTS",
                trust,
                "HTTPS_PROXY",
                "http://user:" + ENCODED + "@" + proxy.address(),
                "AWS_ROLE_ARN",
                "arn:aws:iam::111122223333:role/agent",
                "AWS_WEB_IDENTITY_TOKEN_FILE",
                folder.resolve("token").toString()));
  }

  private static String host(String head) {
    return head.substring(head.indexOf(' ') + 1, head.indexOf(" HTTP/"));
  }
}
