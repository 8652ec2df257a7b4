package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.testing.RawServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BoundedGetTest {
  private static final int MOST = 1 << 20;

  private final BoundedGet http = new BoundedGet(Map.of(), Duration.ofSeconds(5), MOST);

  @Test
  void largeAnswerIsRead() throws IOException {
    byte[] body = new byte[MOST - 1_000];
    try (RawServer server = new RawServer(request -> request.ok(body))) {
      http.get(server.address(), read -> assertThat(read.readAllBytes()).hasSize(body.length));
    }
  }

  @Test
  void largerAnswerThanTheLimitNamesThePeer() throws IOException {
    try (RawServer server = new RawServer(request -> request.ok(new byte[MOST]))) {
      URI url = URI.create(server.address() + "/api?query=planted");
      assertThatThrownBy(() -> http.get(url, InputStream::readAllBytes))
          .isInstanceOf(IOException.class)
          .hasMessage(server.address() + "/api: the peer sent more than 1,048,576 bytes");
    }
  }

  @Test
  void refusalIsQuotedWithoutTheSecretsOfTheHeaders() throws IOException {
    byte[] body = ("x ".repeat(140) + "no access with planted-token").getBytes(UTF_8);
    try (RawServer server = new RawServer(request -> request.refuse(403, "", body))) {
      BoundedGet http =
          new BoundedGet(
              Map.of("Authorization", "Bearer planted-token"), Duration.ofSeconds(5), MOST);
      assertThatThrownBy(() -> http.get(server.address(), InputStream::readAllBytes))
          .hasMessageContaining("status 403: x x")
          .hasMessageNotContaining("planted");
    }
  }

  @Test
  void answerThatIsCutIsAnError() throws IOException {
    try (RawServer server = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[]")) {
      assertThatThrownBy(() -> http.get(server.address(), InputStream::readAllBytes))
          .hasMessageContaining("closed before the answer was complete");
    }
  }
}
