package io.cnimetrics.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.AgentProcess;
import io.cnimetrics.testing.AgentProcess.Result;
import io.cnimetrics.testing.AgentProcess.Running;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.Eventually;
import io.cnimetrics.testing.FakeIpamd;
import io.cnimetrics.testing.HealthPages;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RecordedNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The built agent, with a small heap, survives answers that never end or are deeply nested. */
@Timeout(150)
class HostilePeersIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final String BAD = "HTTP/1.1 400 Bad\r\n";
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";

  /**
   * The heap of the image plus 8 MB for the directories of the jars, which the image does not have.
   */
  private static final Map<String, String> HEAP = Map.of("JAVA_OPTS", "-Xmx20m -Xss512k");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "header",
        "headers",
        "interim",
        "chunk",
        "trailer",
        "trailers",
        "gzip",
        "names",
        "deep"
      })
  void dryRunReportsIpamdThatNeverEnds(String form) throws IOException {
    try (RawServer ipamd = new RawServer(ofIpamd(form))) {
      Result result =
          AgentProcess.of("dry-run", "--cluster-id=c", "--region=eu-west-1", "--output=json")
              .reading(ipamd.address(), ipamd.address() + "/metrics")
              .in(HEAP)
              .run();

      assertThat(result.exitCode()).as(result.err()).isEqualTo(Cli.FAILED);
      assertThat(result.out()).contains("\"introspection\"", "\"metrics\"");
      assertThat(result.err()).doesNotContain("OutOfMemoryError", "StackOverflowError");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "cloudwatch, trailers",
    "cloudwatch, deep-cbor",
    "cloudwatch, cbor",
    "cloudwatch, interim",
    "pod-identity, deep-json",
    "pod-identity, 2-MB",
    "sts, rows",
    "sts, deep-xml",
    "instance-role, 2-MB",
    "instance-role, headers",
  })
  void runAsksTheSamePeerAgain(String peer, String form) throws IOException {
    HealthPages health = HealthPages.onFreePort();
    try (FakeIpamd ipamd = new FakeIpamd().serve(RecordedNode.of("v1.23.1/seed"));
        ClosedPort closed = new ClosedPort();
        RawServer hostile = new RawServer(ofAws(form));
        Running agent =
            AgentProcess.of("run", "--cluster-id=c", "--region=eu-west-1")
                .with("--poll-interval=10s", "--health-address=" + health.address())
                .reading(ipamd.introspectionUrl(), ipamd.metricsUrl())
                .in(HEAP)
                .in(environment(peer, hostile.address().toString(), closed.url().toString()))
                .start()) {
      Eventually.holds(
          "a second request to " + peer,
          LIMIT,
          () -> hostile.requested().size() > 1 || !agent.isRunning());

      assertThat(agent.isRunning()).as(agent.log().toString()).isTrue();
      assertThat(health.await("/livez", 200, LIMIT)).isEqualTo("ok\n");
      Result result = agent.stop();
      assertThat(result.exitCode()).isZero();
      assertThat(result.err()).doesNotContain("OutOfMemoryError", "StackOverflowError");
    }
  }

  private static Answer ofIpamd(String form) {
    return switch (form) {
      case "chunk" -> Answer.endless(OK + CHUNKED + "1;", "y");
      case "trailer" -> Answer.endless(OK + CHUNKED + "2\r\n{}\r\n0\r\nx: ", "y");
      case "gzip" ->
          Answer.endless(OK + "Content-Encoding: gzip\r\n\r\n\u001f\u008b\b\b\0\0\0\0\0\0", "y");
      case "names" -> {
        StringBuilder names = new StringBuilder("{\"ENIs\":{\"e\":{");
        for (int i = 0; i < 50_000; i++) {
          names.append("\"%060d\":0,".formatted(i));
        }
        yield request -> request.send(OK + "\r\n" + names + "\"x\":0}}}");
      }
      case "deep" -> Answer.endless(OK + "\r\n{\"x\":", "[");
      default -> beside(form, OK);
    };
  }

  private static Answer ofAws(String form) {
    return switch (form) {
      case "deep-cbor" -> Answer.endless(BAD + "\r\n", "\u0081");
      case "cbor" -> Answer.endless(BAD + "\r\n\u009f", "\u0080");
      case "deep-json" -> Answer.endless(OK + "\r\n", "[");
      case "2-MB" -> request -> request.send(OK + "\r\n{\"Token\":\"" + "y".repeat(2_000_000));
      case "rows" -> Answer.endless(BAD + "\r\n<ErrorResponse>", "<Error/>");
      case "deep-xml" -> Answer.endless(BAD + "\r\n", "<a>");
      default -> beside(form, BAD);
    };
  }

  /** An answer with endless bytes outside its body. */
  private static Answer beside(String form, String head) {
    return switch (form) {
      case "header" -> Answer.endless(head + "x: ", "y");
      case "headers" -> Answer.endless(head, "x:\r\n");
      case "interim" -> Answer.endless("", "HTTP/1.1 102 P\r\n\r\n");
      case "trailers" -> Answer.endless(head + CHUNKED + "2\r\n{}\r\n0\r\n", "x:\r\n");
      default -> throw new IllegalArgumentException(form);
    };
  }

  private Map<String, String> environment(String peer, String hostile, String closed)
      throws IOException {
    if (peer.equals("cloudwatch")) {
      return Map.of(
          "AWS_ENDPOINT_URL_CLOUDWATCH", hostile,
          "AWS_ACCESS_KEY_ID", "key",
          "AWS_SECRET_ACCESS_KEY", "secret");
    }
    Map<String, String> variables = new HashMap<>(Map.of("AWS_ENDPOINT_URL_CLOUDWATCH", closed));
    switch (peer) {
      case "pod-identity" ->
          variables.put("AWS_CONTAINER_CREDENTIALS_FULL_URI", hostile + "/v1/credentials");
      case "sts" -> {
        variables.put("AWS_ENDPOINT_URL_STS", hostile);
        variables.put("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/r");
        variables.put(
            "AWS_WEB_IDENTITY_TOKEN_FILE",
            Files.writeString(directory.resolve("token"), "token").toString());
      }
      default -> {
        variables.put("AWS_EC2_METADATA_DISABLED", "false");
        variables.put("AWS_EC2_METADATA_SERVICE_ENDPOINT", hostile);
      }
    }
    return variables;
  }
}
