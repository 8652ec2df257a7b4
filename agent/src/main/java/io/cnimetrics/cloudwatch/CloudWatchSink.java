package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.RootCause;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.CompressionConfiguration;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClientBuilder;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;

/**
 * Sends to CloudWatch with the AWS SDK. Endpoints, FIPS, dual-stack, proxies, compression and
 * credentials follow the SDK's own settings; its retries are off, so one put is one request.
 *
 * <p>A request runs on its own thread, because no SDK setting limits all of its steps: name
 * lookups, and credentials with their own timeouts and retries. The SDK's timer ({@code
 * apiCallTimeout}) would need a thread as well. The thread ends when it is idle. There is never a
 * second one: a put waits within its limit while the thread is busy.
 */
public final class CloudWatchSink implements MetricSink, AutoCloseable {
  /**
   * With the SDK's 10 kB an ordinary minute would not be compressed; gzip makes it eight times
   * smaller.
   */
  private static final int WORTH_COMPRESSING_BYTES = 1_024;

  private final InFlightRequest.Client http = new InFlightRequest.Client();
  private final ExecutorService thread = threadThatEndsWhenIdle();
  private final HeldCredentials credentials;
  private final CloudWatchClient client;
  private final InstantSource clock;

  /**
   * @param settings may set the client's endpoint, or leave it to the SDK
   * @param chains as for {@link HeldCredentials}
   */
  CloudWatchSink(
      String region,
      UnaryOperator<CloudWatchClientBuilder> settings,
      Supplier<AwsCredentialsProvider> chains,
      InstantSource clock) {
    this.credentials = new HeldCredentials(chains);
    this.client = settings.apply(builder(region)).build();
    this.clock = clock;
  }

  /** The SDK's own settings (variables, files) are not usable for a client. */
  public static final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private SettingsException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /**
   * Uses the SDK's own settings; makes no network call yet.
   *
   * @throws SettingsException if those cannot be used
   */
  public static CloudWatchSink open(String region, InstantSource clock) {
    try {
      return new CloudWatchSink(
          region,
          UnaryOperator.identity(),
          () -> DefaultCredentialsProvider.builder().build(),
          clock);
    } catch (RuntimeException e) {
      throw new SettingsException(
          "the AWS SDK's settings for CloudWatch in %s cannot be used (%s): check its variables,"
                  .formatted(Redacted.of(region), Redacted.of(new RootCause(e).message()))
              + " such as AWS_ENDPOINT_URL_CLOUDWATCH, and its files",
          e);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The limit includes getting credentials and looking up names. After the limit or an
   * interrupt, nothing more is sent.
   */
  @Override
  public PutResult put(String namespace, List<Datum> datums, Duration limit) {
    InFlightRequest exchange = new InFlightRequest();
    ResponseClassifier answers = new ResponseClassifier(exchange, namespace, credentials, clock);
    if (limit.isNegative() || limit.isZero()) {
      return answers.late(limit);
    }
    Future<PutResult> answer =
        thread.submit(() -> send(PutRequest.of(namespace, datums), exchange, answers));
    try {
      return answer.get(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      exchange.stop();
      answer.cancel(true);
      return answers.late(limit);
    } catch (InterruptedException e) {
      exchange.stop();
      answer.cancel(true);
      Thread.currentThread().interrupt();
      return answers.interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("a request that cannot be built", e.getCause());
    }
  }

  /** Cancels the current request; no put is possible afterwards. */
  @Override
  public void close() {
    thread.shutdownNow();
    client.close();
    credentials.close();
    http.close();
  }

  private PutResult send(
      PutMetricDataRequest request, InFlightRequest exchange, ResponseClassifier answers) {
    http.begin(exchange);
    try {
      client.putMetricData(request);
      return answers.succeeded();
    } catch (RuntimeException e) {
      return answers.failed(e);
    } finally {
      exchange.close();
    }
  }

  private CloudWatchClientBuilder builder(String region) {
    return CloudWatchClient.builder()
        .region(Region.of(region))
        .httpClient(http)
        .credentialsProvider(credentials)
        .overrideConfiguration(
            configuration ->
                configuration
                    .retryStrategy(AwsRetryStrategy.doNotRetry())
                    .compressionConfiguration(CloudWatchSink::compression));
  }

  /** Sets the smallest body to compress; the SDK's environment variable overrides it. */
  private static void compression(CompressionConfiguration.Builder compression) {
    boolean set =
        SdkSystemSetting.AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES.getStringValue().isPresent();
    if (!set) {
      compression.minimumCompressionThresholdInBytes(WORTH_COMPRESSING_BYTES);
    }
  }

  private static ExecutorService threadThatEndsWhenIdle() {
    ThreadPoolExecutor thread =
        new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread sending = new Thread(task, "cloudwatch");
              sending.setDaemon(true);
              return sending;
            });
    thread.allowCoreThreadTimeOut(true);
    return thread;
  }
}
