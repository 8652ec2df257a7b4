package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.AwsHttp;
import java.time.Duration;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * HTTP for the SDK's client, whose requests each belong to an {@link InFlightRequest}.
 *
 * <p>The JDK's connection would send a POST once more when its answer is lost ({@code
 * sun.net.http.retryPost}), and so count datums twice; not so with a body of known length, which
 * the SDK's requests always have.
 */
final class CancellableHttpClient implements SdkHttpClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Between two bytes, as long as a whole request may take. */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);

  private final SdkHttpClient http = AwsHttp.builder(CONNECT_TIMEOUT, READ_TIMEOUT).build();

  private volatile InFlightRequest exchange = new InFlightRequest();

  /** Whatever is sent belongs to this exchange, until the next one; there is one at a time. */
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
