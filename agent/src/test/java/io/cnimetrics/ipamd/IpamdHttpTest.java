package io.cnimetrics.ipamd;

import static io.cnimetrics.ipamd.PoolRequest.AMPLE;
import static io.cnimetrics.ipamd.PoolRequest.BODY;
import static io.cnimetrics.ipamd.PoolRequest.LIMIT;
import static io.cnimetrics.ipamd.PoolRequest.OK;
import static io.cnimetrics.ipamd.PoolRequest.assertRefusal;
import static io.cnimetrics.ipamd.PoolRequest.pool;
import static io.cnimetrics.ipamd.PoolRequest.refusal;
import static io.cnimetrics.ipamd.PoolRequest.repeat;
import static io.cnimetrics.snapshot.Reason.BAD_STATUS;
import static io.cnimetrics.snapshot.Reason.MALFORMED;
import static io.cnimetrics.snapshot.Reason.TIMEOUT;
import static io.cnimetrics.snapshot.Reason.UNEXPECTED_SHAPE;
import static io.cnimetrics.snapshot.Reason.UNREACHABLE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.RawServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class IpamdHttpTest {
  private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

  @Test
  void refusedConnectionIsUnreachable() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      assertRefusal(refusal(closed.url(), AMPLE), UNREACHABLE, closed.url(), "refused");
    }
  }

  @Test
  void resetBeforeAnAnswerIsUnreachable() throws IOException {
    try (RawServer server = new RawServer(RawServer.Request::reset)) {
      assertRefusal(refusal(server.address(), AMPLE), UNREACHABLE, server.address(), "reset");
    }
  }

  @Test
  void closeWithoutAnAnswerIsUnreachable() throws IOException {
    try (RawServer server = RawServer.answering("")) {
      assertRefusal(
          refusal(server.address(), AMPLE), UNREACHABLE, server.address(), "without an answer");
    }
  }

  @Test
  void resetInTheMiddleOfABodyIsUnreachable() throws IOException {
    try (RawServer server =
        new RawServer(
            request -> {
              request.send(OK + "Content-Length: 4000000\r\n\r\n{\"ENIs\":");
              request.pause(100);
              request.reset();
            })) {
      assertRefusal(
          refusal(server.address(), AMPLE), UNREACHABLE, server.address(), "middle of the body");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        OK + "Content-Length: 12\r\n\r\n" + BODY,
        CHUNKED + "b\r\n" + BODY,
        CHUNKED + "b\r\n" + BODY + "\r\n",
        CHUNKED + "9\r\n" + BODY + "\r\n0\r\n\r\n",
        CHUNKED + "b\r\n" + BODY + "\r\nxyz\r\n\r\n",
        CHUNKED + "b\r\n" + BODY + "\r\n-1\r\n\r\n",
        CHUNKED + "b\r\n" + BODY + "\r\nffffffffffffffffff\r\n\r\n",
        OK + "\r\n{\"ENIs\":",
        OK + "Content-Length: -7\r\n\r\n" + BODY,
        OK + "Content-Encoding: gzip\r\n\r\n" + BODY,
        OK + "Content-Encoding: br\r\n\r\n\u000b\u0005\u0080",
        OK + "\r\n\u001f\u008b\b\u0000",
        OK + "\r\n" + BODY + BODY
      })
  void bodyThatIsNotWholeIsMalformed(String answer) throws IOException {
    try (RawServer server = RawServer.answering(answer)) {
      assertRefusal(refusal(server.address(), AMPLE), MALFORMED, server.address(), "/v1/enis: ");
    }
  }

  @Test
  void bodyThatIsWronglyDeclaredAsGzipIsNotReportedAsCutShort() throws IOException {
    String answer = OK + "Content-Encoding: gzip\r\n\r\nno gzip at all";
    try (RawServer server = RawServer.answering(answer)) {
      IpamdException refusal = refusal(server.address(), AMPLE);
      assertRefusal(refusal, MALFORMED, server.address(), "not gzip");
      assertThat(refusal).hasMessageContaining("6e6f").hasMessageNotContaining("cut short");
    }
  }

  @Test
  void wrongShapeOfABodyThatIsNotWholeDoesNotMatter() throws IOException {
    String body = "{\"AvailableCommands\":[]}";
    try (RawServer server = RawServer.answering(OK + "Content-Length: 99\r\n\r\n" + body)) {
      assertRefusal(refusal(server.address(), AMPLE), MALFORMED, server.address(), "cut short");
    }
    try (RawServer server = RawServer.answering(OK + "\r\n" + body)) {
      assertRefusal(
          refusal(server.address(), AMPLE), UNEXPECTED_SHAPE, server.address(), "commands");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "200 OK",
        "301 Moved Permanently\r\nLocation: /",
        "302 Found\r\nLocation: http://127.0.0.1:1/v1/enis",
        "401 Unauthorized\r\nWWW-Authenticate: Basic",
        "403 Forbidden",
        "404 Not Found",
        "500 Internal Server Error",
        "503 Service Unavailable\r\nRetry-After: 0",
        "408 Request Timeout",
        "206 Partial Content",
        "204 No Content",
        "101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade",
        "999 Odd"
      })
  void statusOtherThan200IsABadStatus(String status) throws IOException {
    String length = status.startsWith("204") || status.startsWith("101") ? "0" : "11";
    String answer = "HTTP/1.1 %s\r\nContent-Length: %s\r\n\r\n".formatted(status, length);
    try (RawServer server = RawServer.answering(answer + (length.equals("0") ? "" : BODY))) {
      if (status.startsWith("200")) {
        assertThat(pool(server.address(), AMPLE).eniCount()).isZero();
      } else {
        assertRefusal(
            refusal(server.address(), AMPLE),
            BAD_STATUS,
            server.address(),
            "status " + status.substring(0, 3));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "garbage",
        "garbage\r\n\r\n",
        "\u0015\u0003\u0001\u0000\u0002\u0002P",
        "SSH-2.0-OpenSSH_9.6\r\n",
        "<html></html>\n",
        "{\"ENIs\":{}}",
        "HTTP/1.1\r\n\r\n",
        "HTTP/1.1 abc\r\n\r\n",
        "HTTP/1.1 -12 OK\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK",
        "HTTP/1.1 200 OK\r\nContent-Length: 3",
        "HTTP/1.1 100 Continue\r\n\r\nxyz"
      })
  void responseThatIsNotHttpIsMalformed(String answer) throws IOException {
    try (RawServer server = RawServer.answering(answer)) {
      IpamdException refusal = refusal(server.address(), AMPLE);
      assertRefusal(refusal, MALFORMED, server.address(), "not HTTP");
      assertThat(refusal.getMessage()).doesNotContainPattern("\\p{Cntrl}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "HTTP/1.1 200 OK\r\nX: y\r\n", "HTTP/1.1 100 Continue\r\n\r\n"})
  void headWithoutEndIsANamedFailure(String part) throws IOException {
    try (RawServer server = new RawServer(request -> repeat(request, "", part))) {
      IpamdException refusal = refusal(server.address(), LIMIT);
      assertThat(refusal.reason()).isIn(MALFORMED, TIMEOUT, BAD_STATUS);
      assertThat(refusal)
          .hasMessageContaining(server.address().toString())
          .hasMessageNotContaining("\n");
      assertThat(refusal.getMessage()).hasSizeLessThan(600);
    }
  }

  @Test
  void silenceIsATimeout() throws IOException {
    try (RawServer server = new RawServer(RawServer.Request::hang)) {
      assertRefusal(refusal(server.address(), LIMIT), TIMEOUT, server.address(), "within 0.4 s");
    }
  }

  @Test
  void silenceInTheMiddleOfABodyIsATimeout() throws IOException {
    try (RawServer server =
        new RawServer(
            request -> {
              request.send(OK + "\r\n{\"ENIs\":");
              request.hang();
            })) {
      assertRefusal(refusal(server.address(), LIMIT), TIMEOUT, server.address(), "did not end");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", OK, OK + "\r\n", CHUNKED, OK + "Content-Length: 900\r\n\r\n"})
  void steadyTrickleIsATimeout(String start) throws IOException {
    String slow = start.equals(CHUNKED) ? "1\r\n \r\n" : " ";
    try (RawServer server =
        new RawServer(
            request -> {
              request.send(start);
              do {
                request.send(start.equals(OK) ? "X: y\r\n" : slow);
              } while (request.pause(20));
            })) {
      long begin = System.nanoTime();
      assertRefusal(refusal(server.address(), LIMIT), TIMEOUT, server.address(), "within 0.4 s");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
    }
  }

  /** If the backlog is full, Linux drops packets, as a firewall does. */
  @Test
  void connectionThatIsNotAcceptedIsATimeoutAfterASecond() throws IOException {
    List<Socket> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      fill(full, waiting);
      URI address = URI.create("http://127.0.0.1:" + full.getLocalPort());
      long begin = System.nanoTime();
      assertRefusal(refusal(address, Duration.ofSeconds(20)), TIMEOUT, address, "no answer");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
    } finally {
      for (Socket socket : waiting) {
        socket.close();
      }
    }
  }

  @Test
  void requestAcceptsGzipAndClosesTheConnection() throws IOException {
    List<String> heads = new ArrayList<>();
    try (RawServer server =
        new RawServer(
            request -> {
              heads.add(request.head());
              request.ok(BODY.getBytes(ISO_8859_1));
            })) {
      assertThat(pool(server.address(), AMPLE).eniCount()).isZero();
      assertThat(server.requested()).containsExactly("/v1/enis");
      assertThat(heads.get(0)).contains("Accept-Encoding: gzip").contains("Connection: close");
    }
  }

  private static void fill(ServerSocket full, List<Socket> waiting) throws IOException {
    for (int i = 0; i < 10; i++) {
      Socket socket = new Socket();
      waiting.add(socket);
      try {
        socket.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 100);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
  }
}
