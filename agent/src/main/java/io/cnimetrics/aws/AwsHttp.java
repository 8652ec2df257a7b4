package io.cnimetrics.aws;

import io.cnimetrics.snapshot.UrlSecrets;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URL;
import java.net.URLConnection;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.thirdparty.jackson.core.StreamReadConstraints;

/** Creates HTTP clients for the SDK. The proxies of the environment apply to these clients. */
public final class AwsHttp {
  /** The maximum number of bytes that are read from a body. The rest is ignored. */
  public static final int MAX_BODY_BYTES = 64 * 1024;

  private static final String KEEP_ALIVE = "http.keepAlive";
  private static final String ENCODING = "Content-Encoding";

  static {
    // Reused connections save little, because requests are rare. With keep-alive the JDK reads an
    // abandoned answer to its end, and holds a lock during this time.
    if (System.getProperty(KEEP_ALIVE) == null) {
      System.setProperty(KEEP_ALIVE, "false");
    }
    limitParsers();
  }

  /** The largest size of an answer's header lines, in bytes. The default is 384 KiB. */
  private static final String MOST_HEADER_BYTES = "16384";

  /** AWS's answers have at most six levels. */
  private static final int MOST_DEPTH = 32;

  /** The answers with credentials and errors have about 20 tokens. */
  private static final int MOST_JSON_TOKENS = 2_000;

  /** The limit of elements and attributes, enough for 50 subnets with 20 tags each. */
  private static final int MOST_XML_MARKUP = 10_000;

  private AwsHttp() {}

  /**
   * Limits the depth and the number of parts that the JDK's and the SDK's parsers accept. Without
   * limits an answer of 1 kB can overflow the stack, and an answer of 64 kB can fill the heap. Must
   * be called before the first request, because the parsers read the limits only once.
   */
  static void limitParsers() {
    Map.of(
            // This property exists since JDK 22 and limits each new connection.
            "jdk.http.maxHeaderSize", MOST_HEADER_BYTES,
            "jdk.xml.maxElementDepth", String.valueOf(MOST_DEPTH),
            "jdk.xml.elementAttributeLimit", String.valueOf(MOST_DEPTH))
        .forEach(System.getProperties()::putIfAbsent);
    StreamReadConstraints.overrideDefaultStreamReadConstraints(
        StreamReadConstraints.builder()
            .maxNestingDepth(MOST_DEPTH)
            .maxTokenCount(MOST_JSON_TOKENS)
            .build());
  }

  /**
   * Returns a client that trusts the certificate authorities of the runtime.
   *
   * @param readTimeout the time limit for each wait for bytes
   * @throws SettingsException if a proxy of the environment cannot be used
   */
  public static SdkHttpClient client(Duration connectTimeout, Duration readTimeout) {
    return client(Proxies.of(System.getenv()), connectTimeout, readTimeout);
  }

  /** Returns a client that uses the given proxies. */
  static SdkHttpClient client(Proxies proxies, Duration connectTimeout, Duration readTimeout) {
    // Without a proxy of the environment, the JDK's system properties can set a proxy.
    SdkHttpClient direct = http(URL::openConnection, connectTimeout, readTimeout);
    return preparing(
        direct,
        request ->
            proxies
                .proxy(request.httpRequest().getUri())
                .map(proxy -> new ProxyHttp(proxy, connectTimeout, readTimeout).request(request))
                .orElseGet(() -> direct.prepareRequest(request)));
  }

  /** Returns the same client with another way to prepare a request. */
  private static SdkHttpClient preparing(
      SdkHttpClient http, Function<HttpExecuteRequest, ExecutableHttpRequest> prepare) {
    return new SdkHttpClient() {
      @Override
      public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
        return prepare.apply(request);
      }

      @Override
      public String clientName() {
        return http.clientName();
      }

      @Override
      public void close() {
        http.close();
      }
    };
  }

  /** Closes the connection of a request. Throws no exception. */
  public static void abort(ExecutableHttpRequest request) {
    try {
      request.abort();
    } catch (RuntimeException e) {
      // The JDK throws if two threads close a connection. The connection is closed in this case.
    }
  }

  /** Returns a client that never uses a proxy, for services on the node itself. */
  static SdkHttpClient direct(Duration connectTimeout, Duration readTimeout) {
    return http(url -> url.openConnection(Proxy.NO_PROXY), connectTimeout, readTimeout);
  }

  /** The SDK's builder is not used, because it uses {@code HTTP_PROXY} for https. */
  private static SdkHttpClient http(
      Connections connections, Duration connectTimeout, Duration readTimeout) {
    return UrlConnectionHttpClient.create(
        url -> {
          try {
            if (connections.open(url.toURL()) instanceof HttpURLConnection http) {
              http.setConnectTimeout((int) connectTimeout.toMillis());
              http.setReadTimeout((int) readTimeout.toMillis());
              return http;
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          throw new IllegalArgumentException(
              UrlSecrets.hiddenIn(url.toString()) + " is not an HTTP URL");
        });
  }

  private interface Connections {
    URLConnection open(URL url) throws IOException;
  }

  /** Returns a client that ignores the rest of a body that is longer than this number of bytes. */
  static SdkHttpClient bounded(SdkHttpClient http, int most) {
    return preparing(
        http, request -> bounded(http.prepareRequest(request), most, () -> false, answer -> {}));
  }

  /** Returns the date in a header of an answer, or empty if there is no valid date. */
  public static Optional<Instant> date(SdkHttpResponse response, String header) {
    try {
      return response
          .firstMatchingHeader(header)
          .map(value -> DateTimeFormatter.RFC_1123_DATE_TIME.parse(value.strip(), Instant::from));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns the same request with a limit for the answer's body. The rest of a longer body is
   * ignored. A missing body becomes an empty body, because the SDK's metadata client needs a body.
   * The SDK must not decompress the body, because the limit would not hold for the result. No
   * request asks for compression.
   *
   * @param most the maximum number of bytes to read
   * @param stopped read before the request is sent and before each read of the body; if it returns
   *     true, the call throws {@link InterruptedIOException}
   * @param onResponse receives the status and the headers of the answer before the body
   */
  public static ExecutableHttpRequest bounded(
      ExecutableHttpRequest request,
      int most,
      BooleanSupplier stopped,
      Consumer<SdkHttpResponse> onResponse) {
    return new ExecutableHttpRequest() {
      @Override
      public HttpExecuteResponse call() throws IOException {
        throwIf(stopped);
        HttpExecuteResponse answer;
        try {
          answer = request.call();
        } catch (StackOverflowError e) {
          // The JDK calls itself again for each interim answer.
          throw new IOException("the answer begins with too many interim answers", e);
        }
        onResponse.accept(answer.httpResponse());
        return HttpExecuteResponse.builder()
            .response(uncompressed(answer.httpResponse()))
            .responseBody(
                answer
                    .responseBody()
                    .map(
                        body -> AbortableInputStream.create(new Bounded(body, most, stopped), body))
                    .orElseGet(AbortableInputStream::createEmpty))
            .build();
      }

      @Override
      public void abort() {
        request.abort();
      }
    };
  }

  private static SdkHttpResponse uncompressed(SdkHttpResponse answer) {
    SdkHttpResponse.Builder plain = answer.toBuilder();
    answer.headers().keySet().stream()
        .filter(ENCODING::equalsIgnoreCase)
        .forEach(plain::removeHeader);
    return plain.build();
  }

  private static void throwIf(BooleanSupplier stopped) throws InterruptedIOException {
    if (stopped.getAsBoolean()) {
      throw new InterruptedIOException("the wait for the answer was stopped");
    }
  }

  private static final class Bounded extends FilterInputStream {
    private final BooleanSupplier stopped;
    private int left;
    private int markup;

    Bounded(InputStream body, int most, BooleanSupplier stopped) {
      super(body);
      this.left = most;
      this.stopped = stopped;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      throwIf(stopped);
      int got = left == 0 ? -1 : super.read(bytes, offset, Math.min(count, left));
      left -= Math.max(got, 0);
      for (int i = offset; i < offset + got; i++) {
        count(bytes[i]);
      }
      return got;
    }

    /** Counts the elements and attributes of XML. Each of them needs about 200 bytes of heap. */
    private void count(byte letter) throws IOException {
      if ((letter == '<' || letter == '=') && ++markup > MOST_XML_MARKUP) {
        throw new IOException("the answer has more than %,d parts".formatted(MOST_XML_MARKUP));
      }
    }
  }
}
