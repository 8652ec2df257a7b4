package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.RawCloudWatch.OK;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.assertAnswer;
import static io.cnimetrics.cloudwatch.SinkFixture.put;
import static io.cnimetrics.cloudwatch.SinkFixture.putAt;
import static io.cnimetrics.cloudwatch.SinkFixture.sinkAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RawServer.Request;
import io.cnimetrics.testing.SystemProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsCredentials;

@Timeout(30)
class CutConnectionsTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  /** This limit is far shorter than any timeout of the connection. */
  private static final Duration SOON = Duration.ofSeconds(9);

  private static final Answer ACCEPTS =
      request -> {
        request.send(OK + "Content-Length: 0\r\n\r\n");
        request.stayOpen();
      };

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void lostAnswerIsRetryableAndTheRequestIsSentOnce(String name, Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script)) {
      assertAnswer(putAt(server.url(), LIMIT), Status.RETRYABLE)
          .contains(server.url(), "VPC endpoint");
      assertThat(server.heads()).hasSize(1);
    }
  }

  static Stream<Arguments> lostAnswerIsRetryableAndTheRequestIsSentOnce() {
    return Stream.of(
        arguments("closed without an answer", (Answer) request -> {}),
        arguments("reset", (Answer) Request::reset),
        arguments("not HTTP", (Answer) request -> request.send("SSH-2.0-OpenSSH\r\n")));
  }

  @Test
  void requestIsNotRepeatedAfterALostAnswerOnAReusedConnection() throws IOException {
    // The JDK is allowed to repeat a request if a reused connection is cut.
    try (RawCloudWatch server = new RawCloudWatch(ACCEPTS, request -> {});
        CloudWatchSink sink = sinkAt(server.url())) {
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.ACCEPTED);
      assertThat(put(sink, LIMIT).status()).isEqualTo(Status.RETRYABLE);
      assertThat(server.heads()).hasSize(2).allMatch(head -> head.contains("Connection: close"));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void limitHoldsAndTheNextRequestSucceeds(String name, Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script);
        CloudWatchSink sink = sinkAt(server.url())) {
      long start = System.nanoTime();
      PutResult answer = put(sink, SHORT);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, SOON);
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains("no complete answer within 0.5 s", server.url());
      assertThat(put(sink, SOON)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(2);
    }
  }

  static Stream<Arguments> limitHoldsAndTheNextRequestSucceeds() {
    String refusal = "HTTP/1.1 500 No\r\n";
    return Stream.of(
        arguments("hangs", (Answer) Request::hang),
        arguments("trickles its head", Answer.tricklingAfter(refusal + "X-Long: ", "x")),
        arguments("trickles headers", Answer.tricklingAfter(refusal, "X-More: x\r\n")),
        arguments(
            "trickles a body",
            Answer.tricklingAfter(refusal + "Content-Length: 9999\r\n\r\n", "x")),
        arguments(
            "trickles chunks",
            Answer.tricklingAfter(refusal + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")));
  }

  /** If the process was stopped during a request, it reads the answer only after the limit. */
  @Test
  void answerThatIsReadALittleAfterTheLimitCounts() throws IOException {
    Answer late =
        request -> {
          Thread.sleep(1_100);
          request.send(OK + "Content-Length: 0\r\n\r\n");
        };
    try (RawCloudWatch server = new RawCloudWatch(ACCEPTS, late);
        CloudWatchSink sink = sinkAt(server.url())) {
      put(sink, LIMIT);

      assertThat(put(sink, Duration.ofSeconds(1))).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(2);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void statusAloneDecidesAboutSuccess(String name, Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script)) {
      assertThat(putAt(server.url(), SOON)).isEqualTo(PutResult.ACCEPTED);
    }
  }

  static Stream<Arguments> statusAloneDecidesAboutSuccess() {
    String nested = "\u0081".repeat(30_000);
    return Stream.of(
        accepted("no length", OK + "\r\n"),
        accepted("cut after the status", "HTTP/1.1 200 OK\r\n"),
        accepted("cut within a header", OK + "Content-Len"),
        accepted("cut within the body", OK + "Content-Length: 20\r\n\r\n\u00bf"),
        accepted("unparsable", OK + "Content-Length: 2\r\n\r\n\u00bf\u00ff"),
        accepted("cut CBOR", OK + "Content-Length: 1\r\n\r\n\u00bf"),
        accepted("bad chunks", OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        accepted("negative length", OK + "Content-Length: -5\r\n\r\n"),
        accepted("length without a number", OK + "Content-Length: many\r\n\r\n"),
        accepted("huge length", OK + "Content-Length: 99999999999999999999\r\n\r\n"),
        accepted("two lengths", OK + "Content-Length: 0\r\nContent-Length: 7\r\n\r\n"),
        accepted("wrong checksum", OK + "x-amz-crc32: 1\r\nContent-Length: 1\r\n\r\n\u00a0"),
        accepted("no checksum", OK + "x-amz-crc32: none\r\nContent-Length: 1\r\n\r\n\u00a0"),
        accepted("not gzip", OK + "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\n\u00a0"),
        accepted("empty gzip", OK + "Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"),
        accepted("unknown encoding", OK + "Content-Encoding: br\r\n\r\nxx"),
        accepted("nested CBOR", OK + "\r\n" + nested),
        accepted("page as CBOR", OK + "\r\n<html></html>"),
        accepted(
            "page of AWS",
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
                + "x-amzn-RequestId: 1\r\n\r\n<html></html>"),
        accepted("no type", "HTTP/1.1 200 OK\r\n\r\n<a/>"),
        accepted("XML", "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<a/>"),
        accepted(
            "nested JSON",
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + "[".repeat(30_000)),
        accepted("created", "HTTP/1.1 201 Created\r\n\r\n"),
        accepted("no content", "HTTP/1.1 204 No Content\r\n\r\n"),
        accepted(
            "no content, with content", "HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n"),
        accepted("reset content", "HTTP/1.1 205 Reset Content\r\n\r\n"),
        accepted("unknown success", "HTTP/1.1 299 Fine\r\n\r\n"),
        accepted("no reason", "HTTP/1.1 200\r\n\r\n"),
        accepted("old HTTP", "HTTP/1.0 200 OK\r\n\r\n"),
        accepted("after an interim answer", "HTTP/1.1 100 Continue\r\n\r\n" + OK + "\r\n"),
        arguments(
            "reset after the head",
            (Answer)
                request -> {
                  request.send(OK + "Content-Length: 2\r\n\r\n");
                  request.reset();
                }),
        arguments("hangs after the status line", Answer.hangingAfter("HTTP/1.1 200 OK\r\n")),
        arguments("trickles headers", Answer.tricklingAfter(OK, "X-More: x\r\n")),
        arguments("hangs in the body", Answer.hangingAfter(OK + "Content-Length: 2\r\n\r\n")),
        arguments(
            "trickles chunks",
            Answer.tricklingAfter(OK + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n")));
  }

  @ParameterizedTest
  @MethodSource("io.cnimetrics.testing.CutAnswers#all")
  void statusLineDecidesAboutSuccess(Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script)) {
      assertThat(putAt(server.url(), SOON)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("io.cnimetrics.testing.CutAnswers#all")
  void statusLineDecidesAboutSuccessThroughAProxy(Answer script) throws IOException {
    try (RawServer proxy = new RawServer(script);
        SystemProperties properties = new SystemProperties()) {
      properties.set(
          Map.of(
              "http.proxyHost",
              "127.0.0.1",
              "http.proxyPort",
              String.valueOf(proxy.address().getPort())));
      assertThat(putAt("http://monitoring.private.test", SOON)).isEqualTo(PutResult.ACCEPTED);
      assertThat(proxy.heads()).hasSize(1);
    }
  }

  private static Arguments accepted(String name, String bytes) {
    return arguments(name, (Answer) request -> request.send(bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 300, 301, 302, 303, 304, 305, 307, 308})
  void otherStatusIsNoSuccess(int status) throws IOException {
    String location = "Location: http://127.0.0.1:1/\r\n";
    try (RawCloudWatch server =
        new RawCloudWatch(
            request -> request.send("HTTP/1.1 " + status + " No\r\n" + location + "\r\n"))) {
      assertAnswer(putAt(server.url(), LIMIT), Status.RETRYABLE).contains("status " + status);
      assertThat(server.heads()).hasSize(1);
    }
  }

  @Test
  void endlessBodyOfARefusalIsNotReadToItsEnd() throws IOException {
    try (RawCloudWatch server =
        new RawCloudWatch(Answer.endless("HTTP/1.1 503 No\r\n\r\n", "x".repeat(64)))) {
      assertThat(putAt(server.url(), LIMIT).message()).contains("status 503");
    }
  }

  @Test
  void refusedConnectionIsRetryable() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      String url = closed.url().toString();
      assertAnswer(putAt(url, LIMIT), Status.RETRYABLE).contains(url, "refused", "NAT gateway");
    }
  }

  @Test
  void unknownHostIsRetryable() {
    assertAnswer(putAt("http://monitoring.invalid", LIMIT), Status.RETRYABLE)
        .contains("http://monitoring.invalid:80", "unknown host", "region");
  }

  @Test
  void putWithoutRemainingTimeSendsNoRequest() throws IOException {
    try (RawCloudWatch server = new RawCloudWatch()) {
      assertThat(putAt(server.url(), Duration.ZERO).status()).isEqualTo(Status.RETRYABLE);
      assertThat(putAt(server.url(), Duration.ofSeconds(-1)).status()).isEqualTo(Status.RETRYABLE);
      assertThat(server.heads()).isEmpty();
    }
  }

  @Test
  void interruptEndsThePutAndStaysSet() throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(Request::hang);
        CloudWatchSink sink = sinkAt(server.url())) {
      Thread.currentThread().interrupt();
      PutResult answer = put(sink, LIMIT);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains("interrupted");
    }
  }

  @Test
  void putWaitsForAnEarlierRequestThatHangsAndNeitherIsSentLater() throws IOException {
    CompletableFuture<String> keyId = new CompletableFuture<>();
    AwsCredentials hanging =
        new AwsCredentials() {
          @Override
          public String accessKeyId() {
            return keyId.join();
          }

          @Override
          public String secretAccessKey() {
            return SinkFixture.SECRET;
          }
        };
    try (RawCloudWatch server = new RawCloudWatch(ACCEPTS);
        CloudWatchSink sink = sinkAt(server.url(), hanging)) {
      assertThat(put(sink, SHORT).code()).isEqualTo("NO_CREDENTIALS");
      PutResult second = put(sink, SHORT);
      assertThat(second.status()).isEqualTo(Status.RETRYABLE);
      assertThat(second.code()).isEqualTo("NOT_STARTED");
      assertThat(second.message()).contains("was not started within 0.5 s");
      keyId.complete(SinkFixture.KEY_ID);
      assertThat(put(sink, LIMIT)).isEqualTo(PutResult.ACCEPTED);
      assertThat(server.heads()).hasSize(1);
    }
  }
}
