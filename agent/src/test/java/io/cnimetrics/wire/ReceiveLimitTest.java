package io.cnimetrics.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cnimetrics.testing.RawServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class ReceiveLimitTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void answerOfTheMaximumSizeIsReceived() throws IOException {
    try (RawServer server = RawServer.answering("y".repeat(1_000));
        Socket socket = asked(server, new ReceiveLimit(1_000, LONG))) {
      assertThat(socket.getInputStream().readAllBytes()).hasSize(1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1_001, 10_000})
  void longerAnswerIsRefused(int length) throws IOException {
    try (RawServer server = RawServer.answering("y".repeat(length));
        Socket socket = asked(server, new ReceiveLimit(1_000, LONG))) {
      assertThatExceptionOfType(ReceiveLimit.ExceededException.class)
          .isThrownBy(() -> socket.getInputStream().readAllBytes())
          .withMessage("the peer sent more than 1,000 bytes");
    }
  }

  @Test
  void usedBytesCountNoMore() throws IOException {
    ReceiveLimit limit = new ReceiveLimit(1_000, LONG);
    try (RawServer server = RawServer.answering("y".repeat(10_000));
        Socket socket = asked(server, limit)) {
      InputStream in = socket.getInputStream();
      int all = 0;
      for (byte[] part = in.readNBytes(1_000); part.length > 0; part = in.readNBytes(1_000)) {
        all += part.length;
        limit.renew();
      }
      assertThat(all).isEqualTo(10_000);
    }
  }

  /** The socket's timeout does not end this answer, because each wait for a byte is shorter. */
  @Test
  void answerThatTricklesEndsAtTheDeadline() throws IOException {
    try (RawServer server = new RawServer(request -> request.trickle("y"));
        Socket socket = asked(server, new ReceiveLimit(1_000, Duration.ofMillis(300)))) {
      socket.setSoTimeout(5_000);
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(() -> socket.getInputStream().readAllBytes());
    }
  }

  /** The whole process can be stopped for minutes while an answer arrives. */
  @Test
  void bytesThatArrivedAreReadAfterTheDeadline() throws IOException {
    InputStream arrived = new ByteArrayInputStream("HTTP/1.1 200 OK".getBytes(US_ASCII));
    InputStream in = new ReceiveLimit(1_000, Duration.ofNanos(-1)).on(arrived);

    assertThat(in.read(new byte[5])).isEqualTo(5);
    assertThat(in.read(new byte[10])).isEqualTo(10);
    assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
  }

  @Test
  void peerThatSendsWithoutEndIsCutOffAtTheDeadline() throws IOException {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'y';
          }

          @Override
          public int available() {
            return 100;
          }
        };
    InputStream in = new ReceiveLimit(1_000, Duration.ofNanos(-1)).on(endless);

    assertThat(in.readNBytes(100)).hasSize(100);
    assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(in::read);
  }

  @Test
  void silenceEndsAtTheTimeoutOfTheSocket() throws IOException {
    try (RawServer server = new RawServer(RawServer.Request::hang);
        Socket socket = asked(server, new ReceiveLimit(1_000, LONG))) {
      socket.setSoTimeout(100);
      assertThatExceptionOfType(SocketTimeoutException.class)
          .isThrownBy(() -> socket.getInputStream().read());
    }
  }

  private static Socket asked(RawServer server, ReceiveLimit limit) throws IOException {
    Socket socket = new LimitedSocket(limit);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.address().getPort()), 5_000);
    socket.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
    return socket;
  }
}
