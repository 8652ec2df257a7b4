package io.cnimetrics.aws;

import io.cnimetrics.aws.Proxies.HttpProxy;
import io.cnimetrics.wire.LimitedSocket;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * One HTTP/1.1 request on its own connection, directly or through a proxy.
 *
 * <p>The clients of the SDK, the JDK and OkHttp report no status if the connection ends within the
 * head of an answer. The agent must know this status. When CloudWatch sends a status 2xx, it has
 * accepted the datums, and a second request would count them twice.
 */
public class HttpCall implements ExecutableHttpRequest {
  private static final char DELETE = 0x7f;
  private static final String LOGIN = "Proxy-Authorization";

  /** The time limit for connecting to an address of the host, except the last address. */
  private static final Duration NOT_LAST = Duration.ofSeconds(1);

  /**
   * The limits of a client.
   *
   * @param connect the time limit for the last address of the host, see {@link #connect(boolean)}
   * @param read the time limit for each wait for bytes
   * @param received creates the limit of a connection
   * @param body limits a body
   */
  record Limits(
      Duration connect,
      Duration read,
      Supplier<ReceiveLimit> received,
      UnaryOperator<InputStream> body) {
    /**
     * The time limit for an address. An address that does not answer must leave time for the next
     * address, because the caller waits only a few seconds for the whole call.
     */
    Duration connect(boolean last) {
      return last || connect.compareTo(NOT_LAST) < 0 ? connect : NOT_LAST;
    }
  }

  private final HttpExecuteRequest request;
  private final URI url;
  private final String host;
  private final int port;
  private final Optional<HttpProxy> proxy;
  private final Limits limits;
  private volatile boolean aborted;
  private volatile Optional<Socket> connection = Optional.empty();
  private volatile Optional<SdkHttpResponse> answer = Optional.empty();

  HttpCall(HttpExecuteRequest request, Optional<HttpProxy> proxy, Limits limits) {
    this.request = request;
    this.url = URI.create(request.httpRequest().getUri().toASCIIString());
    this.host = Proxies.withoutBrackets(request.httpRequest().host());
    this.port = request.httpRequest().port();
    this.proxy = proxy;
    this.limits = limits;
  }

  /** The status and the headers that have arrived. Empty before the status line has arrived. */
  public Optional<SdkHttpResponse> answer() {
    return answer;
  }

  /** Closes the connection. A running {@link #call} and reads of the body end with an exception. */
  @Override
  public void abort() {
    aborted = true;
    try {
      if (connection.isPresent()) {
        connection.get().close();
      }
    } catch (IOException e) {
      // The socket is closed even if close() throws an exception.
    }
  }

  /**
   * Sends the request. If the head of the answer is not complete, the answer has the headers that
   * arrived, and its body cannot be read.
   *
   * @throws IOException if no status line arrives
   */
  @Override
  public HttpExecuteResponse call() throws IOException {
    byte[] body = body();
    byte[] head = head(body);
    try {
      return exchange(head, body);
    } catch (IOException e) {
      abort();
      IOException cause = withoutTls(e);
      // An SSLException is not the proxy's fault: the proxy has connected, but the certificate is
      // invalid.
      throw proxy.isEmpty() || cause instanceof SSLException || cause instanceof ProxyException
          ? cause
          : ProxyException.of(proxy.get(), cause);
    } catch (RuntimeException e) {
      abort();
      throw e;
    }
  }

  private HttpExecuteResponse exchange(byte[] head, byte[] body) throws IOException {
    Socket socket = isTls() ? secured(connected()) : connected();
    InputStream in = new BufferedInputStream(socket.getInputStream());
    Optional<IOException> unsent = sent(socket.getOutputStream(), head, body);
    HttpHead received = new HttpHead(in);
    try {
      answer = Optional.of(received.read(status -> answer = Optional.of(status)));
    } catch (IOException e) {
      throw unsent.orElse(e);
    }
    SdkHttpResponse response = answer.get();
    if (proxy.isPresent() && response.statusCode() == ProxyException.LOGIN_REQUIRED) {
      throw ProxyException.login(proxy.get());
    }
    InputStream all = new HttpBody(in, response, received.end(), this::abort);
    return HttpExecuteResponse.builder()
        .response(response)
        .responseBody(AbortableInputStream.create(limits.body().apply(all), this))
        .build();
  }

  /**
   * Returns a failure instead of throwing the exception, because an answer may have arrived
   * already.
   */
  private static Optional<IOException> sent(OutputStream out, byte[] head, byte[] body) {
    try {
      out.write(head);
      out.write(body);
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private boolean isTls() {
    return "https".equalsIgnoreCase(url.getScheme());
  }

  /** Connects to the host or the proxy. Tries all addresses of the name in order. */
  private Socket connected() throws IOException {
    String name = proxy.map(HttpProxy::host).orElse(host);
    Optional<IOException> failure = Optional.empty();
    InetAddress[] addresses = addresses(name);
    for (int i = 0; i < addresses.length; i++) {
      Socket socket = new LimitedSocket(limits.received().get());
      connection = Optional.of(socket);
      try {
        throwIfAborted();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) limits.read().toMillis());
        socket.connect(
            new InetSocketAddress(addresses[i], proxy.map(HttpProxy::port).orElse(port)),
            (int) limits.connect(i == addresses.length - 1).toMillis());
        throwIfAborted();
        return socket;
      } catch (IOException e) {
        socket.close();
        failure = failure.or(() -> Optional.of(e));
      }
    }
    throw failure.orElseThrow();
  }

  /** Looks up a name. A test overrides this method, because it cannot change the node's DNS. */
  InetAddress[] addresses(String name) throws UnknownHostException {
    return InetAddress.getAllByName(name);
  }

  private void throwIfAborted() throws InterruptedIOException {
    if (aborted) {
      throw new InterruptedIOException("the request was stopped");
    }
  }

  private Socket secured(Socket plain) throws IOException {
    if (proxy.isPresent()) {
      openTunnel(plain, proxy.get());
    }
    try {
      SSLSocket tls =
          (SSLSocket)
              SSLContext.getDefault().getSocketFactory().createSocket(plain, host, port, true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      return tls;
    } catch (NoSuchAlgorithmException e) {
      throw new SSLException("the trust store cannot be used: " + e.getMessage(), e);
    }
  }

  private void openTunnel(Socket plain, HttpProxy through) throws IOException {
    String target = url.getHost() + ":" + port;
    StringBuilder connect = new StringBuilder("CONNECT " + target + " HTTP/1.1\r\n");
    append(connect, "Host", target);
    through.login().ifPresent(login -> append(connect, LOGIN, login));
    plain.getOutputStream().write(bytes(connect.append("\r\n")));
    HttpHead received = new HttpHead(plain.getInputStream());
    int status = received.read(head -> {}).statusCode();
    if (status == ProxyException.LOGIN_REQUIRED) {
      throw ProxyException.login(through);
    }
    if (status / 100 != 2) {
      throw ProxyException.refusal(through, status);
    }
    if (received.end().isPresent()) {
      throw received.end().get();
    }
  }

  private byte[] head(byte[] body) {
    SdkHttpRequest asked = request.httpRequest();
    boolean forwarded = proxy.isPresent() && !isTls();
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
    String origin = forwarded ? url.getScheme() + "://" + url.getRawAuthority() : "";
    Map<String, String> own = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    own.put("Host", asked.firstMatchingHeader("Host").orElse(url.getRawAuthority()));
    // The next request follows a minute later, and servers close a connection that is idle for a
    // minute.
    own.put("Connection", "close");
    if (asked.method() != SdkHttpMethod.GET) {
      own.put("Content-Length", String.valueOf(body.length));
    }
    if (forwarded) {
      proxy.flatMap(HttpProxy::login).ifPresent(login -> own.put(LOGIN, login));
    }
    StringBuilder head = new StringBuilder();
    head.append(asked.method()).append(' ').append(origin).append(path).append(query);
    head.append(" HTTP/1.1\r\n");
    own.forEach((name, value) -> append(head, name, value));
    asked.forEachHeader(
        (name, values) -> {
          if (!own.containsKey(name)) {
            values.forEach(value -> append(head, name, value));
          }
        });
    return bytes(head.append("\r\n"));
  }

  private static void append(StringBuilder head, String name, String value) {
    if (value.chars().anyMatch(letter -> (letter < ' ' && letter != '\t') || letter == DELETE)) {
      // The message omits the value, because the value can be a secret.
      throw new IllegalArgumentException("the header " + name + " has a control character");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }

  private static byte[] bytes(StringBuilder head) {
    return head.toString().getBytes(StandardCharsets.UTF_8);
  }

  private byte[] body() throws IOException {
    if (request.contentStreamProvider().isEmpty()) {
      return new byte[0];
    }
    try (InputStream content = request.contentStreamProvider().get().newStream()) {
      return content.readAllBytes();
    }
  }

  /** Returns the failure of the connection, which TLS has wrapped in another exception. */
  private static IOException withoutTls(IOException e) {
    if (e instanceof SSLException && e.getCause() instanceof EOFException) {
      SocketException closed = new SocketException("the connection was closed by the peer");
      closed.initCause(e);
      return closed;
    }
    return e instanceof SSLException
            && e.getCause() instanceof IOException cause
            && !(cause instanceof SSLException)
        ? cause
        : e;
  }
}
