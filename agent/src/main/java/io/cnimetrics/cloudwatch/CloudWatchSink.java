package io.cnimetrics.cloudwatch;

import io.cnimetrics.aws.Credentials;
import io.cnimetrics.aws.Redacted;
import io.cnimetrics.aws.RootCause;
import io.cnimetrics.aws.SettingsException;
import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.publish.MetricSink;
import io.cnimetrics.publish.MetricSink.Datum;
import io.cnimetrics.publish.MetricSink.PutResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.CompressionConfiguration;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClient;
import software.amazon.awssdk.services.cloudwatch.CloudWatchClientBuilder;
import software.amazon.awssdk.services.cloudwatch.model.PutMetricDataRequest;

/**
 * Sends datums to CloudWatch with the AWS SDK. The SDK's settings apply to endpoints, FIPS,
 * dual-stack, proxies, compression and credentials. The SDK's retries are off. Therefore one put
 * sends at most one request.
 *
 * <p>Each request runs on a separate thread, because no setting of the SDK limits the time for name
 * lookups and for credentials. Requests run one at a time: a put waits for an earlier request that
 * hangs, but not longer than the put's own limit.
 */
public final class CloudWatchSink implements MetricSink, AutoCloseable {
  /**
   * With the SDK's default of 10 kB, the request of a normal minute would not be compressed.
   * Compression makes this request eight times smaller.
   */
  private static final int WORTH_COMPRESSING_BYTES = 1_024;

  /** The SDK's upper bound for the minimum size of a compressed body, in bytes. */
  private static final int MOST_COMPRESSING_BYTES = 10_485_760;

  /**
   * How long to wait for the thread of a stopped request. Only a name lookup needs more time to
   * end.
   */
  private static final Duration LAST_STATUS = Duration.ofMillis(100);

  /** How long to wait for an answer that arrived in time but was not read yet. */
  private static final Duration ARRIVED_ANSWER = Duration.ofMillis(500);

  private final InFlightRequest.Client http = new InFlightRequest.Client();
  private final Semaphore oneAtATime = new Semaphore(1);
  private final Credentials credentials;
  private final CloudWatchClient client;
  private final InstantSource clock;

  /**
   * @param settings can set the client's endpoint. By default the SDK selects the endpoint
   */
  CloudWatchSink(
      String region,
      UnaryOperator<CloudWatchClientBuilder> settings,
      Credentials credentials,
      InstantSource clock) {
    this.credentials = credentials;
    this.client = settings.apply(builder(region)).build();
    this.clock = clock;
  }

  /**
   * Opens a sink with the SDK's settings. Makes no network call.
   *
   * @throws SettingsException if the SDK's settings cannot be used
   */
  public static CloudWatchSink open(String region, InstantSource clock) {
    try {
      return new CloudWatchSink(
          region, UnaryOperator.identity(), Credentials.fromEnvironment(region, clock), clock);
    } catch (SettingsException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new SettingsException(
          "the AWS SDK's settings for CloudWatch in %s cannot be used (%s)"
              .formatted(Redacted.of(region), Redacted.of(new RootCause(e).message())),
          "check the SDK's environment variables, such as AWS_ENDPOINT_URL_CLOUDWATCH, and the"
              + " SDK's files");
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>The limit includes the time for credentials and for name lookups. A request that has started
   * when the limit is reached may take {@link #ARRIVED_ANSWER} longer. After this time or an
   * interrupt, nothing more is sent.
   */
  @Override
  public PutResult put(String namespace, List<Datum> datums, Duration limit) {
    InFlightRequest inFlight = new InFlightRequest();
    ResponseClassifier results = new ResponseClassifier(inFlight, namespace, credentials, clock);
    if (limit.isNegative() || limit.isZero()) {
      return results.late(limit);
    }
    BoundedCall<PutResult> call =
        BoundedCall.start(
            "cloudwatch", limit, () -> send(PutRequest.of(namespace, datums), inFlight, results));
    try {
      Optional<PutResult> answer = call.await(limit);
      if (answer.isEmpty() && inFlight.phase() == InFlightRequest.Phase.SENDING) {
        // If the whole process was stopped during the request, the answer can have arrived before
        // the limit without being read. A closed connection would discard this answer, and the
        // datums would be sent twice.
        answer = call.await(ARRIVED_ANSWER);
      }
      if (answer.isPresent()) {
        return answer.get();
      }
      stop(inFlight, call);
      return results.late(limit);
    } catch (InterruptedException e) {
      try {
        stop(inFlight, call);
      } finally {
        Thread.currentThread().interrupt();
      }
      return results.interrupted();
    }
  }

  /**
   * Stops a request, and waits for its thread, which may still read a status that arrived before
   * the stop. If the agent ignored this status, it would send the datums twice.
   */
  private static void stop(InFlightRequest inFlight, BoundedCall<PutResult> call) {
    inFlight.stop();
    try {
      call.await(LAST_STATUS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    call.cancel();
  }

  @Override
  public void close() {
    client.close();
  }

  private PutResult send(
      PutMetricDataRequest request, InFlightRequest inFlight, ResponseClassifier results) {
    try {
      oneAtATime.acquire();
    } catch (InterruptedException e) {
      return results.interrupted();
    }
    try {
      http.begin(inFlight);
      client.putMetricData(request);
      return results.succeeded();
    } catch (RuntimeException | StackOverflowError e) {
      return results.failed(e);
    } finally {
      inFlight.stop();
      oneAtATime.release();
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

  /**
   * Sets the minimum size of a compressed body, unless the user has set this size.
   *
   * @throws SettingsException if the user's size is not valid; the SDK would refuse a negative size
   *     only when it sends
   */
  private static void compression(CompressionConfiguration.Builder compression) {
    Optional<String> set = SdkSystemSetting.AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES.getStringValue();
    if (set.isEmpty()) {
      compression.minimumCompressionThresholdInBytes(WORTH_COMPRESSING_BYTES);
    } else if (!set.get().strip().matches("[0-9]{1,8}")
        || Integer.parseInt(set.get().strip()) > MOST_COMPRESSING_BYTES) {
      throw new SettingsException(
          "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES is '%s'".formatted(Redacted.of(set.get())),
          "expected a number of bytes from 0 to " + MOST_COMPRESSING_BYTES);
    }
  }
}
