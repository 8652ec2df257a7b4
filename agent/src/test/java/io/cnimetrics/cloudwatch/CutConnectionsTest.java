package io.cnimetrics.cloudwatch;

import static io.cnimetrics.cloudwatch.RawCloudWatch.OK;
import static io.cnimetrics.cloudwatch.SinkFixture.LIMIT;
import static io.cnimetrics.cloudwatch.SinkFixture.NAMESPACE;
import static io.cnimetrics.cloudwatch.SinkFixture.datums;
import static io.cnimetrics.cloudwatch.SinkFixture.putAt;
import static io.cnimetrics.cloudwatch.SinkFixture.sinkAt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.cnimetrics.publish.MetricSink.PutResult;
import io.cnimetrics.publish.MetricSink.PutResult.Status;
import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer.Answer;
import io.cnimetrics.testing.RawServer.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(30)
class CutConnectionsTest {
  private static final Duration SHORT = Duration.ofMillis(500);

  /** This limit is far shorter than any timeout of the connection. */
  private static final Duration SOON = Duration.ofSeconds(9);

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void lostAnswerIsRetryableAndTheRequestIsSentOnce(String name, Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script)) {
      PutResult answer = putAt(server.url(), LIMIT);
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains(server.url(), "VPC endpoint");
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
    // The JDK may repeat a request if a reused connection is cut.
    Answer accepted =
        request -> {
          request.send(OK + "Content-Length: 0\r\n\r\n");
          request.stayOpen();
        };
    try (RawCloudWatch server = new RawCloudWatch(accepted, request -> {});
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
        arguments(
            "trickles its head",
            (Answer)
                request -> {
                  request.send("HTTP/1.1 200 OK\r\nX-Long: ");
                  request.trickle("x");
                }),
        arguments(
            "trickles headers",
            (Answer)
                request -> {
                  request.send("HTTP/1.1 200 OK\r\n");
                  request.trickle("X-More: x\r\n");
                }),
        arguments(
            "trickles a body",
            (Answer)
                request -> {
                  request.send(refusal + "Content-Length: 9999\r\n\r\n");
                  request.trickle("x");
                }),
        arguments(
            "trickles chunks",
            (Answer)
                request -> {
                  request.send(refusal + "Transfer-Encoding: chunked\r\n\r\n");
                  request.trickle("1\r\nx\r\n");
                }));
  }

  @ParameterizedTest
  @MethodSource
  void statusAloneDecidesAboutSuccess(Answer script) throws IOException {
    try (RawCloudWatch server = new RawCloudWatch(script)) {
      assertThat(putAt(server.url(), SHORT)).isEqualTo(PutResult.ACCEPTED);
    }
  }

  static Stream<Answer> statusAloneDecidesAboutSuccess() {
    return Stream.of(
        request -> request.send(OK + "\r\n"),
        request -> request.send(OK + "Content-Len"),
        request -> request.send(OK + "Content-Length: 2\r\n\r\n\u00bf\u00ff"),
        request -> request.send(OK + "Content-Length: 2\r\n\r\n\u00bf"),
        request -> request.send(OK + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        request -> request.send("HTTP/1.1 204 No Content\r\n\r\n"),
        request -> {
          request.send(OK + "Content-Length: 2\r\n\r\n");
          request.hang();
        },
        request -> {
          request.send(OK + "Transfer-Encoding: chunked\r\n\r\n");
          request.trickle("1\r\nx\r\n");
        });
  }

  @Test
  void endlessBodyOfARefusalIsNotReadToItsEnd() throws IOException {
    String much = "x".repeat(InFlightRequest.MAX_BODY_BYTES / 4);
    Answer endless =
        request -> {
          request.send("HTTP/1.1 503 No\r\n\r\n");
          while (true) {
            request.send(much);
          }
        };
    try (RawCloudWatch server = new RawCloudWatch(endless)) {
      assertThat(putAt(server.url(), LIMIT).message()).contains("status 503");
    }
  }

  @Test
  void refusedConnectionIsRetryable() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      String url = closed.url().toString();
      PutResult answer = putAt(url, LIMIT);
      assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
      assertThat(answer.message()).contains(url, "refused", "NAT gateway");
    }
  }

  @Test
  void unknownHostIsRetryable() {
    PutResult answer = putAt("http://monitoring.invalid", LIMIT);
    assertThat(answer.status()).isEqualTo(Status.RETRYABLE);
    assertThat(answer.message()).contains("http://monitoring.invalid:80", "unknown host", "region");
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

  private static PutResult put(CloudWatchSink sink, Duration limit) {
    return sink.put(NAMESPACE, datums(1), limit);
  }
}
