package io.cnimetrics.aws;

import io.cnimetrics.wire.BlockInputStream;
import io.cnimetrics.wire.ReceiveLimit;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.thirdparty.jackson.core.StreamReadConstraints;
import software.amazon.awssdk.utils.AttributeMap;

/** An HTTP client for the SDK. Each of its requests has its own connection. */
public final class AwsHttp implements SdkHttpClient {
  /** The maximum number of bytes that are read from a body. The rest is ignored. */
  public static final int MAX_BODY_BYTES = 64 * 1024;

  /** EC2's largest answer (128 KiB), its headers and TLS need fewer bytes. */
  private static final int MOST_RECEIVED_BYTES = 160 * 1024;

  /** Without this limit, a thread could read for hours after the agent stopped waiting. */
  private static final Duration LONGEST = Duration.ofSeconds(30);

  /** AWS's answers have at most six levels. */
  private static final int MOST_DEPTH = 32;

  /** The answers with credentials and errors have about 20 tokens. */
  private static final int MOST_JSON_TOKENS = 2_000;

  /** The limit of elements and attributes, enough for 50 subnets with 20 tags each. */
  private static final int MOST_XML_MARKUP = 10_000;

  private static final String TRUST_STORE = "javax.net.ssl.trustStore";

  static {
    setUpSdk();
  }

  private final Optional<Proxies> proxies;
  private final HttpCall.Limits limits;

  private AwsHttp(Optional<Proxies> proxies, HttpCall.Limits limits) {
    this.proxies = proxies;
    this.limits = limits;
  }

  /**
   * Sets up the SDK. Limits the depth and the number of parts that the JDK's and the SDK's parsers
   * accept, and gives {@link Service} to the SDK. Without limits an answer of 1 kB can overflow the
   * stack, and an answer of 64 kB can fill the heap. Must be called before the first request,
   * because the parsers read the limits only once.
   */
  static void setUpSdk() {
    Map.of(
            SdkSystemSetting.SYNC_HTTP_SERVICE_IMPL.property(),
            Service.class.getName(),
            "jdk.xml.maxElementDepth",
            String.valueOf(MOST_DEPTH),
            "jdk.xml.elementAttributeLimit",
            String.valueOf(MOST_DEPTH))
        .forEach(System.getProperties()::putIfAbsent);
    StreamReadConstraints.overrideDefaultStreamReadConstraints(
        StreamReadConstraints.builder()
            .maxNestingDepth(MOST_DEPTH)
            .maxTokenCount(MOST_JSON_TOKENS)
            .build());
  }

  /**
   * Returns a client that uses the proxies of the environment. The client reads at most {@link
   * #MAX_BODY_BYTES} of a body.
   *
   * @param connectTimeout the time limit for the last address of the host; at most one second for
   *     each address before it
   * @param readTimeout the time limit for each wait for bytes
   * @throws SettingsException if a proxy of the environment or the trust store cannot be used
   */
  public static AwsHttp client(Duration connectTimeout, Duration readTimeout) {
    checkTrustStore();
    return client(Proxies.of(System.getenv()), connectTimeout, readTimeout);
  }

  /** The JDK reads the trust store only once. If this fails, every later TLS request fails too. */
  private static void checkTrustStore() {
    String store = System.getProperty(TRUST_STORE);
    if (store == null || store.equals("NONE")) {
      return;
    }
    // Without this check, the JDK would use an empty store in place of a missing file.
    File file = new File(store);
    if (!file.isFile() || !file.canRead()) {
      throw unusable(store, "it is not a readable file");
    }
    try {
      SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw unusable(store, RootCause.innermost(e).message());
    }
  }

  private static SettingsException unusable(String store, String why) {
    return new SettingsException(
        "the trust store '%s' of %s cannot be used (%s)".formatted(store, TRUST_STORE, why),
        "check that the file exists, that it is PKCS12 or JKS, and that"
            + " javax.net.ssl.trustStorePassword is its password");
  }

  static AwsHttp client(Proxies proxies, Duration connectTimeout, Duration readTimeout) {
    return new AwsHttp(Optional.of(proxies), limits(connectTimeout, readTimeout));
  }

  /** Returns a client that never uses a proxy, for services on the node itself. */
  static AwsHttp direct(Duration connectTimeout, Duration readTimeout) {
    return new AwsHttp(Optional.empty(), limits(connectTimeout, readTimeout));
  }

  private static HttpCall.Limits limits(Duration connectTimeout, Duration readTimeout) {
    return new HttpCall.Limits(
        connectTimeout,
        readTimeout,
        () -> new ReceiveLimit(MOST_RECEIVED_BYTES, LONGEST),
        body -> new Bounded(body, MAX_BODY_BYTES));
  }

  /**
   * Returns a client with another limit for a body. The client ignores the rest of a longer body.
   */
  AwsHttp reading(int most) {
    return new AwsHttp(
        proxies,
        new HttpCall.Limits(
            limits.connect(), limits.read(), limits.received(), body -> new Bounded(body, most)));
  }

  /**
   * Returns a client for large answers. A read fails after {@code most} bytes or {@code longest}.
   */
  AwsHttp receiving(long most, Duration longest) {
    return new AwsHttp(
        proxies,
        new HttpCall.Limits(
            limits.connect(),
            limits.read(),
            () -> new ReceiveLimit(most, longest),
            UnaryOperator.identity()));
  }

  @Override
  public HttpCall prepareRequest(HttpExecuteRequest request) {
    URI url = request.httpRequest().getUri();
    return new HttpCall(request, proxies.flatMap(known -> known.proxy(url)), limits);
  }

  /** Prepares a GET request. The headers can contain secrets. */
  HttpCall get(URI url, Map<String, String> headers) {
    SdkHttpRequest.Builder request = SdkHttpRequest.builder().method(SdkHttpMethod.GET).uri(url);
    headers.forEach(request::putHeader);
    return prepareRequest(HttpExecuteRequest.builder().request(request.build()).build());
  }

  @Override
  public String clientName() {
    return "Agent";
  }

  /** Does nothing, because each request has its own connection. */
  @Override
  public void close() {}

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
   * Gives this client to the clients that the SDK creates itself. The SDK creates a client of STS
   * for a profile with {@code role_arn}. The SDK loads this class by its name.
   */
  public static final class Service implements SdkHttpService {
    @Override
    public SdkHttpClient.Builder<?> createHttpClientBuilder() {
      return new Builder();
    }

    private static final class Builder implements SdkHttpClient.Builder<Builder> {
      @Override
      public SdkHttpClient buildWithDefaults(AttributeMap settings) {
        return client(CredentialsSource.CONNECT_TIMEOUT, CredentialsSource.READ_TIMEOUT);
      }
    }
  }

  private static final class Bounded extends BlockInputStream {
    private int left;
    private int markup;

    Bounded(InputStream body, int most) {
      super(body);
      this.left = most;
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
      int got = left == 0 ? -1 : in.read(bytes, offset, Math.min(count, left));
      left -= Math.max(got, 0);
      for (int i = offset; i < offset + got; i++) {
        count(bytes[i]);
      }
      return got;
    }

    /** Counts the elements and attributes of XML. Each needs about 200 bytes of heap. */
    private void count(byte letter) throws IOException {
      if ((letter == '<' || letter == '=') && ++markup > MOST_XML_MARKUP) {
        throw new IOException(
            String.format(Locale.ROOT, "the answer has more than %,d parts", MOST_XML_MARKUP));
      }
    }
  }
}
