package io.cnimetrics.aws;

import io.cnimetrics.deadline.BoundedCall;
import io.cnimetrics.snapshot.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;

/**
 * Sends requests to the EC2 API. The agent calls EC2 at its start and later at most once a minute.
 * Therefore each request has its own client, which is closed after the answer.
 */
public final class Ec2 {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** The largest answers of real nodes have about 50 kB, for 50 tags or for 20 subnets. */
  private static final int MOST_BODY_BYTES = 128 * 1024;

  private final UnaryOperator<Ec2ClientBuilder> endpoint;
  private final Function<String, AwsCredentials> credentials;

  private Ec2(
      UnaryOperator<Ec2ClientBuilder> endpoint, Function<String, AwsCredentials> credentials) {
    this.endpoint = endpoint;
    this.credentials = credentials;
  }

  /**
   * Uses the SDK's settings ({@code AWS_ENDPOINT_URL_EC2}, {@code AWS_USE_FIPS_ENDPOINT}, proxies
   * and others) and {@link Credentials}.
   */
  public static Ec2 fromEnvironment() {
    return new Ec2(
        UnaryOperator.identity(),
        region -> Credentials.fromEnvironment(region, InstantSource.system()).resolveCredentials());
  }

  /** Uses a given endpoint, such as {@code http://127.0.0.1:8080}. */
  public static Ec2 at(URI endpoint, AwsCredentials credentials) {
    return new Ec2(builder -> builder.endpointOverride(endpoint), region -> credentials);
  }

  /**
   * Sends one request, without retries. Blocks up to the limit. The daemon thread of the request
   * ends soon after the limit.
   *
   * @param request the texts for error messages about the request
   * @param limit the limit of the whole call, including the search for credentials
   * @param call sends the request and reads the answer
   */
  <T> Ec2Result<T> send(
      Ec2Request request, String region, Duration limit, Function<Ec2Client, T> call) {
    Supplier<Ec2Result<T>> sending = () -> sendNow(request, Region.of(region), limit, call);
    try {
      return BoundedCall.start("ec2", limit, sending).result();
    } catch (TimeoutException e) {
      return request.because(Reason.TIMEOUT, "was " + e.getMessage());
    }
  }

  private <T> Ec2Result<T> sendNow(
      Ec2Request request, Region region, Duration limit, Function<Ec2Client, T> call) {
    AwsCredentials found;
    try {
      // Gets credentials first, because the client does not distinguish missing credentials from
      // other failures.
      found = credentials.apply(region.id());
    } catch (CredentialsException e) {
      return request.withoutCredentials(e);
    }
    try (Ec2Client ec2 = client(region, limit, found)) {
      return new Ec2Result.Found<>(call.apply(ec2));
    } catch (AwsServiceException e) {
      return request.refused(e);
    } catch (RuntimeException | StackOverflowError e) {
      return request.failed(e);
    }
  }

  /** Returns the exception for an answer that does not come from EC2. */
  static UncheckedIOException unexpected(String what) {
    return new UncheckedIOException(new IOException(what));
  }

  private Ec2Client client(Region region, Duration limit, AwsCredentials found) {
    Ec2ClientBuilder builder =
        Ec2Client.builder()
            .region(region)
            .credentialsProvider(StaticCredentialsProvider.create(found))
            .httpClient(AwsHttp.client(CONNECT_TIMEOUT, limit).reading(MOST_BODY_BYTES))
            .overrideConfiguration(
                settings ->
                    settings
                        .apiCallTimeout(limit)
                        .retryStrategy(DefaultRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(AwsEndpoint.EC2.keepingPath())
                        .addExecutionInterceptor(new WholeBody()));
    return endpoint.apply(builder).build();
  }

  /** Reads a whole answer before the SDK parses it. A partial answer counts as a timeout. */
  private static final class WholeBody implements ExecutionInterceptor {
    @Override
    public Optional<InputStream> modifyHttpResponseContent(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return context.responseBody().map(WholeBody::read);
    }

    private static InputStream read(InputStream body) {
      try (body) {
        return new ByteArrayInputStream(body.readAllBytes());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
