package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.aws.HttpCall.Limits;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

@Timeout(30)
class HttpCallTest {
  @ParameterizedTest
  @CsvSource({"PT5S,true,PT5S", "PT5S,false,PT1S", "PT0.5S,false,PT0.5S", "PT0.5S,true,PT0.5S"})
  void deadAddressLeavesTimeForTheNextOne(Duration limit, boolean last, Duration expected) {
    assertThat(limits(limit, UnaryOperator.identity()).connect(last)).isEqualTo(expected);
  }

  @Test
  void connectionIsClosedAfterAnUnexpectedException() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    RawServer.Answer open =
        request -> {
          request.send("HTTP/1.1 200 OK\r\n\r\n");
          request.hang();
          closed.countDown();
        };
    try (RawServer server = new RawServer(open)) {
      HttpExecuteRequest request = get(server.address()).build();
      Limits failing =
          limits(
              Duration.ofSeconds(5),
              body -> {
                throw new IllegalStateException("planted");
              });
      HttpCall call = new HttpCall(request, Optional.empty(), failing);
      assertThatThrownBy(call::call).hasMessage("planted");
      assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void liveAddressIsFoundBehindTwoDeadAddresses() throws Exception {
    try (RawServer server = RawServer.answering("HTTP/1.1 204 No\r\n\r\n");
        SilentPort first = new SilentPort("127.0.0.2", server.address().getPort());
        SilentPort second = new SilentPort("127.0.0.3", server.address().getPort())) {
      InetAddress[] addresses = {
        first.address(), second.address(), InetAddress.getLoopbackAddress()
      };
      HttpCall call =
          new HttpCall(
              get(server.address()).build(),
              Optional.empty(),
              limits(Duration.ofSeconds(5), UnaryOperator.identity())) {
            @Override
            InetAddress[] addresses(String name) {
              return addresses;
            }
          };
      long start = System.nanoTime();

      assertThat(call.call().httpResponse().statusCode()).isEqualTo(204);

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(5));
    }
  }

  /** An address that does not answer a connect, because its queue of connections is full. */
  private static final class SilentPort implements AutoCloseable {
    private final ServerSocket listener;
    private final List<SocketChannel> queued = new ArrayList<>();

    SilentPort(String host, int port) throws IOException {
      this.listener = new ServerSocket(port, 1, InetAddress.getByName(host));
      for (int i = 0; i < 4; i++) {
        SocketChannel client = SocketChannel.open();
        queued.add(client);
        client.configureBlocking(false);
        client.connect(listener.getLocalSocketAddress());
      }
    }

    InetAddress address() {
      return listener.getInetAddress();
    }

    @Override
    public void close() throws IOException {
      listener.close();
      for (SocketChannel client : queued) {
        client.close();
      }
    }
  }

  @Test
  void charactersOutsideAsciiArriveInThePathAndInHeaders() throws Exception {
    try (RawServer server = RawServer.answering("HTTP/1.1 204 No\r\n\r\n")) {
      SdkHttpRequest.Builder request =
          SdkHttpRequest.builder()
              .method(SdkHttpMethod.GET)
              .uri(URI.create(server.address() + "/zürich/数%20a"))
              .putHeader("X-Team", "Zürich 数");

      call(HttpExecuteRequest.builder().request(request.build()).build()).call();

      String head = new String(server.heads().get(0).getBytes(ISO_8859_1), UTF_8);
      assertThat(head)
          .contains("GET /z%C3%BCrich/%E6%95%B0%20a HTTP/1.1\r\n", "X-Team: Zürich 数\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nX-Other: b", "a\u007f", "a\u0000"})
  void controlCharacterInAHeaderIsRefusedAndNotQuoted(String value) {
    HttpExecuteRequest request =
        HttpExecuteRequest.builder()
            .request(
                SdkHttpRequest.builder()
                    .method(SdkHttpMethod.GET)
                    .uri(URI.create("http://127.0.0.1:1/"))
                    .putHeader("X-Team", value)
                    .build())
            .build();

    assertThatThrownBy(() -> call(request).call())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the header X-Team has a control character");
  }

  private static HttpExecuteRequest.Builder get(URI url) {
    return HttpExecuteRequest.builder()
        .request(SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(url).build());
  }

  private static HttpCall call(HttpExecuteRequest request) {
    return new HttpCall(
        request, Optional.empty(), limits(Duration.ofSeconds(5), UnaryOperator.identity()));
  }

  private static Limits limits(Duration connect, UnaryOperator<InputStream> body) {
    return new Limits(
        connect,
        Duration.ofSeconds(5),
        () -> new ReceiveLimit(100_000, Duration.ofSeconds(30)),
        body);
  }
}
