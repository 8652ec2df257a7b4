package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * HTTP for the SDK's client; each request belongs to an {@link InFlightRequest}.
 *
 * <p>The JDK sends a POST again when its answer is lost ({@code sun.net.http.retryPost}), which
 * would count datums twice. It does not do so for a body of known length, and the SDK's requests
 * always have one.
 */
final class CancellableHttpClient implements SdkHttpClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** The limit between two bytes; the same as the limit of a whole request. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  private final SdkHttpClient http = AwsHttp.builder(CONNECT_TIMEOUT, READ_TIMEOUT).build();

  private volatile InFlightRequest exchange = new InFlightRequest();

  /**
   * Assigns the following requests to this exchange, until the next call; one exchange runs at a
   * time.
   */
  void begin(InFlightRequest next) {
    next.begin();
    exchange = next;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return exchange.prepare(http, request);
  }

  @Override
  public String clientName() {
    return http.clientName();
  }

  @Override
  public void close() {
    http.close();
  }
}
