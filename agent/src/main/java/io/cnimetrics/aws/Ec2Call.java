package io.cnimetrics.aws;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.Ec2ClientBuilder;

/** One question to EC2, by a client that lives no longer than this. */
final class Ec2Call<T> implements Callable<T> {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);

  /** Some 50 tags are 100 kB at most, and 200 subnets not much more. */
  private static final int MOST_BODY_BYTES = 512 * 1024;

  private final String region;
  private final Duration limit;
  private final UnaryOperator<Ec2ClientBuilder> endpoint;
  private final Supplier<AwsCredentials> credentials;
  private final Ec2Failure failure;
  private final Function<Ec2Client, T> question;

  Ec2Call(
      String region,
      Duration limit,
      UnaryOperator<Ec2ClientBuilder> endpoint,
      Supplier<AwsCredentials> credentials,
      Ec2Failure failure,
      Function<Ec2Client, T> question) {
    this.region = region;
    this.limit = limit;
    this.endpoint = endpoint;
    this.credentials = credentials;
    this.failure = failure;
    this.question = question;
  }

  /** By the SDK's default chain. */
  static AwsCredentials credentialsOfTheChain() {
    try (DefaultCredentialsProvider chain = DefaultCredentialsProvider.builder().build()) {
      return chain.resolveCredentials();
    }
  }

  @Override
  public T call() {
    AwsCredentials found;
    try {
      // Before the client has its turn, which would not tell this failure from others.
      found = credentials.get();
    } catch (RuntimeException e) {
      throw failure.withoutCredentials();
    }
    try (Ec2Client ec2 = client(found)) {
      return question.apply(ec2);
    } catch (AwsServiceException e) {
      throw failure.refused(e);
    } catch (RuntimeException e) {
      throw failure.failed(e);
    }
  }

  /** For a question whose answer is none of EC2's. */
  static UncheckedIOException unexpected(String what) {
    return new UncheckedIOException(new IOException(what));
  }

  private Ec2Client client(AwsCredentials found) {
    Ec2ClientBuilder builder =
        Ec2Client.builder()
            .region(Region.of(region))
            .credentialsProvider(StaticCredentialsProvider.create(found))
            .httpClientBuilder(AwsHttp.builder(CONNECT_TIMEOUT, limit))
            .overrideConfiguration(
                settings ->
                    settings
                        .apiCallTimeout(limit)
                        .retryStrategy(DefaultRetryStrategy.doNotRetry())
                        .addExecutionInterceptor(new BoundedBody()));
    return endpoint.apply(builder).build();
  }

  /** The SDK reads an answer as a whole, however long it is. */
  private static final class BoundedBody implements ExecutionInterceptor {
    @Override
    public Optional<InputStream> modifyHttpResponseContent(
        Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
      return context.responseBody().map(BoundedBody::cut);
    }

    private static InputStream cut(InputStream body) {
      try (body) {
        return new ByteArrayInputStream(body.readNBytes(MOST_BODY_BYTES));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
