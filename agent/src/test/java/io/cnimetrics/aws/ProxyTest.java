package io.cnimetrics.aws;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cnimetrics.testing.ClosedPort;
import io.cnimetrics.testing.ConnectProxy;
import io.cnimetrics.testing.RawServer;
import io.cnimetrics.testing.TlsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/** Requests through a proxy, over TLS and without TLS, to names that only the proxy resolves. */
@Timeout(30)
class ProxyTest {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final String LOGIN =
      "Basic " + Base64.getEncoder().encodeToString("user:p@ss".getBytes(UTF_8));

  @TempDir static Path directory;
  private static SSLContext before;
  private static TlsServer server;

  @BeforeAll
  static void startServer() throws IOException, GeneralSecurityException {
    server = new TlsServer(directory);
    before = SSLContext.getDefault();
    SSLContext.setDefault(server.trusting());
  }

  @AfterAll
  static void stopServer() {
    SSLContext.setDefault(before);
    server.close();
  }

  @Test
  void tlsRequestWithABodyGoesThroughTheTunnel() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy(server.address())) {
      assertThat(post(proxy.address(), server.url("tunnel"), "\n\n".repeat(5_000))).isEqualTo(200);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("CONNECT tunnel.private.test:")
          .doesNotContain("Proxy-Authorization");
      assertThat(server.requests()).anyMatch(head -> head.startsWith("POST tunnel.private.test"));
    }
  }

  @Test
  void loginIsSentWithTheFirstConnectAndNotToTheEndpoint() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy(server.address()).requiring(LOGIN)) {
      int status = post("user:p%40ss@" + proxy.address(), server.url("login"), "\n\r\n\n");
      assertThat(status).isEqualTo(200);
      assertThat(proxy.heads()).hasSize(1);
      assertThat(server.requests())
          .filteredOn(head -> head.startsWith("POST login.private.test"))
          .hasSize(1)
          .noneMatch(head -> head.contains("Proxy-"));
    }
  }

  @Test
  void loginIsSentWithAPlainRequest() throws IOException {
    try (RawServer plain = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        ConnectProxy proxy = new ConnectProxy(plain.address()).requiring(LOGIN)) {
      assertThat(post("user:p%40ss@" + proxy.address(), "http://only.the.proxy.test/", "body"))
          .isEqualTo(200);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("POST http://only.the.proxy.test");
    }
  }

  @Test
  void missingLoginIsNamedForTlsAndForPlainRequests() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy(server.address()).requiring(LOGIN)) {
      for (String url : new String[] {server.url("missing"), "http://missing.private.test/"}) {
        assertProxyFails(proxy.address(), url, "body")
            .hasMessageContainingAll(proxy.address(), "requires a login", "407");
      }
    }
  }

  @Test
  void wrongLoginIsNamedWithoutThePassword() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy(server.address()).requiring(LOGIN)) {
      for (String url : new String[] {server.url("wrong"), "http://wrong.private.test/"}) {
        assertProxyFails("user:planted@" + proxy.address(), url, "body")
            .hasMessageContainingAll(proxy.address(), "does not accept the login")
            .hasMessageNotContainingAny("planted", "user");
      }
    }
  }

  @Test
  void refusalOfConnectIsNamedWithItsStatus() throws IOException {
    for (String status : new String[] {"403 Forbidden", "502 Bad Gateway"}) {
      try (ConnectProxy proxy = new ConnectProxy(server.address()).refusing(status)) {
        assertProxyFails(proxy.address(), server.url("refused"), "body")
            .hasMessageContainingAll(
                "the proxy http://" + proxy.address() + " of HTTPS_PROXY",
                "answered CONNECT with status " + status.substring(0, 3));
      }
    }
  }

  @Test
  void proxyThatRefusesConnectionsIsNamed() throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      for (String url : new String[] {server.url("closed"), "http://closed.private.test/"}) {
        assertProxyFails("user:planted@127.0.0.1:" + closed.url().getPort(), url, "")
            .hasMessageContainingAll("the proxy http://127.0.0.1:", "cannot be reached", "refused")
            .hasMessageNotContaining("planted");
      }
    }
  }

  @Test
  void proxyWhoseNameDoesNotResolveIsNamed() {
    assertProxyFails("no-such-proxy.invalid:3128", server.url("lost"), "")
        .hasMessageContainingAll("no-such-proxy.invalid:3128", "does not resolve");
  }

  @Test
  void proxyThatHangsUpIsNamed() throws IOException {
    try (RawServer silent = new RawServer(request -> {})) {
      assertProxyFails("127.0.0.1:" + silent.address().getPort(), server.url("silent"), "")
          .hasMessageContaining("did not pass on an answer");
    }
  }

  @Test
  void proxyThatFailsAfterConnectIsNamed() throws IOException {
    String connected = "HTTP/1.1 200 Connected\r\n\r\n";
    List<RawServer.Answer> failures =
        List.of(
            request -> request.send(connected),
            request -> {
              request.send(connected);
              request.reset();
            },
            RawServer.Answer.hangingAfter(connected),
            request -> request.send("HTTP/1.1 200 Conn"),
            RawServer.Request::hang);
    for (RawServer.Answer failure : failures) {
      try (RawServer proxy = new RawServer(failure)) {
        String address = "127.0.0.1:" + proxy.address().getPort();
        assertProxyFails(address, server.url("cut"), "")
            .hasMessageContainingAll(address, "did not pass on an answer");
      }
    }
  }

  @Test
  void statusLineIsEnoughWithinTls() throws Exception {
    try (CutTlsServer cutting = new CutTlsServer(server.keys());
        ConnectProxy proxy = new ConnectProxy(cutting.address())) {
      assertThat(post(proxy.address(), "https://cut.private.test/", "body")).isEqualTo(200);
    }
  }

  @Test
  void certificateForAnotherNameIsNoFaultOfTheProxy() throws IOException {
    try (ConnectProxy proxy = new ConnectProxy(server.address())) {
      assertThatThrownBy(() -> post(proxy.address(), "https://other.test/", "body"))
          .isInstanceOf(SSLException.class)
          .satisfies(e -> assertThat(NetworkFault.of(e)).isEqualTo(NetworkFault.UNTRUSTED))
          .hasMessageContaining("other.test");
    }
  }

  @Test
  void hundredRequestsOpenAHundredConnectionsAndNoThread() throws IOException {
    try (RawServer proxy = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        AwsHttp http =
            AwsHttp.client(
                Proxies.of(Map.of("HTTP_PROXY", proxy.address().toString())), LIMIT, LIMIT)) {
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      for (int i = 0; i < 100; i++) {
        http.prepareRequest(
                HttpExecuteRequest.builder()
                    .request(
                        SdkHttpFullRequest.builder()
                            .method(SdkHttpMethod.GET)
                            .uri(URI.create("http://many.private.test/"))
                            .build())
                    .build())
            .call();
      }
      assertThat(proxy.heads()).hasSize(100);
      assertThat(Thread.getAllStackTraces().keySet())
          .filteredOn(thread -> !before.contains(thread))
          .noneMatch(thread -> thread.getName().contains("OkHttp"));
    }
  }

  @Test
  void proxyWithAnIpv6AddressPassesOnAnIpv6Address() throws IOException {
    try (RawServer proxy =
        RawServer.ipv6(request -> request.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))) {
      String address = "[::1]:" + proxy.address().getPort();
      assertThat(post("http://user:pw@" + address, "http://[2001:db8::1]:8080/", "b"))
          .isEqualTo(200);
      assertThat(proxy.heads())
          .singleElement()
          .asString()
          .startsWith("POST http://[2001:db8::1]:8080/ ")
          .contains("Proxy-Authorization: Basic ");
    }
  }

  @Test
  void hostInNoProxyIsNotAskedThroughTheProxy() throws IOException {
    try (RawServer direct = RawServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        ConnectProxy proxy = new ConnectProxy(server.address())) {
      Map<String, String> environment =
          Map.of("HTTP_PROXY", proxy.address(), "NO_PROXY", "127.0.0.0/8");
      assertThat(send(Proxies.of(environment), direct.address().toString(), "")).isEqualTo(200);
      assertThat(proxy.heads()).isEmpty();
    }
  }

  /** Sends a status line over TLS and then resets the connection. */
  private static final class CutTlsServer implements AutoCloseable {
    private final ServerSocket listener;

    CutTlsServer(SSLContext keys) throws IOException {
      listener =
          keys.getServerSocketFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
      Thread thread = new Thread(this::cut, "cut-tls-server");
      thread.setDaemon(true);
      thread.start();
    }

    URI address() {
      return URI.create("https://127.0.0.1:" + listener.getLocalPort());
    }

    private void cut() {
      try (Socket client = listener.accept()) {
        client.getInputStream().read(new byte[4_096]);
        client.getOutputStream().write("HTTP/1.1 200 OK\r\nDate: ".getBytes(UTF_8));
        client.setSoLinger(true, 0);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() throws IOException {
      listener.close();
    }
  }

  private static AbstractThrowableAssert<?, ?> assertProxyFails(
      String proxy, String url, String body) {
    return assertThatThrownBy(() -> post(proxy, url, body)).isInstanceOf(ProxyException.class);
  }

  private static int post(String proxy, String url, String body) throws IOException {
    Map<String, String> environment = Map.of("HTTPS_PROXY", proxy, "HTTP_PROXY", proxy);
    return send(Proxies.of(environment), url, body);
  }

  private static int send(Proxies proxies, String url, String body) throws IOException {
    return answer(proxies, url, body).httpResponse().statusCode();
  }

  private static HttpExecuteResponse answer(Proxies proxies, String url, String body)
      throws IOException {
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.POST)
            .uri(URI.create(url))
            .putHeader("Content-Length", String.valueOf(body.length()))
            .contentStreamProvider(() -> new ByteArrayInputStream(body.getBytes(UTF_8)))
            .build();
    try (SdkHttpClient http = AwsHttp.client(proxies, LIMIT, LIMIT)) {
      return http.prepareRequest(
              HttpExecuteRequest.builder()
                  .request(request)
                  .contentStreamProvider(request.contentStreamProvider().orElseThrow())
                  .build())
          .call();
    }
  }
}
